package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/caarlos0/env/v11"

	"service/internal/items"
	"service/platform"
)

var update = flag.Bool("update", false, "write openapi.json")

// The document that is published is the one in the repository, where reviews see how the API changes.
func TestOpenAPI(t *testing.T) {
	api, _ := api(nil, platform.Tokens{})
	text, _ := json.MarshalIndent(api.OpenAPI(), "", "  ")
	text = append(text, '\n')
	if *update {
		_ = os.WriteFile("openapi.json", text, 0o644)
	}
	if kept, _ := os.ReadFile("openapi.json"); !bytes.Equal(kept, text) {
		t.Error("openapi.json is not what the code says: make openapi")
	}
}

func TestSettings(t *testing.T) {
	t.Setenv("DATABASE_URL", "")
	t.Setenv("PORT", "many")
	_, err := env.ParseAs[Settings]()
	if err == nil || !strings.Contains(err.Error(), "DATABASE_URL") || !strings.Contains(err.Error(), "Port") {
		t.Error("not all mistakes are named:", err)
	}
}

func TestItems(t *testing.T) {
	call := client(t)
	var first, second items.Item
	var page items.Page
	call("POST", "/items", `{"name": "pen", "quantity": 3}`, 201, &first)
	call("POST", "/items", `{"name": "ink", "quantity": 1}`, 201, &second)
	if first.Name != "pen" || first.Quantity != 3 || first.CreatedAt.IsZero() || first.ID >= second.ID {
		t.Error(first, second)
	}
	call("PUT", "/items/"+first.ID, `{"name": "pencil", "quantity": 0}`, 200, &first)
	call("GET", "/items/"+first.ID, "", 200, &first)
	if first.Name != "pencil" || first.Quantity != 0 {
		t.Error(first)
	}
	call("GET", "/items?limit=1&after="+first.ID, "", 200, &page)
	if len(page.Items) != 1 || page.Items[0] != second || page.Next != nil {
		t.Error(page)
	}
	call("DELETE", "/items/"+first.ID, "", 204, nil)
	call("DELETE", "/items/"+first.ID, "", 404, nil)
	call("GET", "/items/"+first.ID, "", 404, nil)
	call("PUT", "/items/"+first.ID, `{"name": "pencil", "quantity": 0}`, 404, nil)
}

func TestMistakes(t *testing.T) {
	call := client(t)
	for body, status := range map[string]int{
		`{"name": "pen"}`:                           422,
		`{"name": "pen", "quantity": -1}`:           422,
		`{"name": "pen", "quantity": 1, "more": 1}`: 422,
		`{"name": "a\u0000", "quantity": 1}`:        422,
		`{"name": `:                                 422,
		strings.Repeat(" ", 1<<20+1):                413,
	} {
		call("POST", "/items", body, status, nil)
	}
	call("GET", "/items?limit=101", "", 422, nil)
	call("GET", "/items/pen", "", 422, nil)
	call("PATCH", "/items", "", 405, nil)
	call("GET", "/nothing", "", 404, nil)
}

// client migrates the database of DATABASE_URL, and gives a function that sends a request, checks the status and reads
// the answer.
func client(t *testing.T) func(method, path, body string, status int, into any) {
	if os.Getenv("DATABASE_URL") == "" {
		t.Skip("no DATABASE_URL, so no PostgreSQL: dev/with-postgres starts one")
	}
	settings := env.Must(env.ParseAs[Settings]())
	if err := migrate(t.Context(), settings); err != nil {
		t.Fatal(err)
	}
	pool, err := platform.Connect(t.Context(), settings.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	_, handler := api(pool, platform.Tokens{})
	return func(method, path, body string, status int, into any) {
		t.Helper()
		request := httptest.NewRequest(method, path, strings.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if answer.Code != status {
			t.Fatalf("%s %s: %d, not %d: %s", method, path, answer.Code, status, answer.Body)
		}
		if kind := answer.Header().Get("Content-Type"); status >= 400 && kind != "application/problem+json" {
			t.Errorf("%s %s: %d as %q", method, path, status, kind)
		}
		if into != nil {
			if err := json.Unmarshal(answer.Body.Bytes(), into); err != nil {
				t.Fatal(err)
			}
		}
	}
}
