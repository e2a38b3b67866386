package platform

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

func TestTokens(t *testing.T) {
	key, other := newKey(t), newKey(t)
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "1", Algorithm: "ES256"}}})
	}))
	defer issuer.Close()
	tokens := Tokens{JWKSURL: issuer.URL, Issuer: "https://issuer.test", Audience: "orders"}
	api, handler := API("orders", "1", tokens)
	huma.Get(api, "/me", func(ctx context.Context, _ *struct{}) (*struct{ Body string }, error) {
		return &struct{ Body string }{ctx.Value(Subject{}).(string)}, nil
	})
	good := jwt.Claims{Issuer: tokens.Issuer, Audience: jwt.Audience{"orders"}, Subject: "ann", Expiry: jwt.NewNumericDate(time.Now().Add(time.Minute))}
	expired, foreign, fake := good, good, good
	expired.Expiry = jwt.NewNumericDate(time.Now().Add(-time.Hour))
	foreign.Audience, fake.Issuer = jwt.Audience{"cart"}, "https://elsewhere.test"
	for name, try := range map[string]struct {
		header string
		status int
	}{
		"good": {"Bearer " + sign(t, key, good), 200}, "none": {"", 401}, "another scheme": {"Basic " + sign(t, key, good), 401},
		"expired": {"Bearer " + sign(t, key, expired), 401}, "another audience": {"Bearer " + sign(t, key, foreign), 401},
		"another issuer": {"Bearer " + sign(t, key, fake), 401}, "another key": {"Bearer " + sign(t, other, good), 401},
	} {
		request := httptest.NewRequest("GET", "/me", nil)
		request.Header.Set("Authorization", try.header)
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if answer.Code != try.status || (try.status == 401) != (answer.Header().Get("WWW-Authenticate") == "Bearer") {
			t.Error(name, answer.Code, answer.Body)
		}
	}
	open := httptest.NewRecorder()
	handler.ServeHTTP(open, httptest.NewRequest("GET", "/openapi.json", nil))
	if open.Code != 200 {
		t.Error("what the API is, everybody may read:", open.Code)
	}
	if (Tokens{JWKSURL: issuer.URL}).Valid() == nil || tokens.Valid() != nil || (Tokens{}).Valid() != nil {
		t.Error("keys without issuer and audience")
	}
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t *testing.T, key *ecdsa.PrivateKey, claims jwt.Claims) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: "1"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}
