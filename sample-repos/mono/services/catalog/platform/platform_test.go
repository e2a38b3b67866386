package platform

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

const traceID = "4bf92f3577b34da6a3ce929d0e0e4736"

func init() { drain = 400 * time.Millisecond }

// start serves until the function that it gives is called, which waits for the end.
func start(t *testing.T, s Settings, handler http.Handler, checks Checks) (string, func() error) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free.Close()
	s.Host, s.Port, s.ShutdownSeconds = "127.0.0.1", free.Addr().(*net.TCPAddr).Port, 5
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, s, handler, checks) }()
	url := "http://" + free.Addr().String()
	for range 100 {
		if answer, err := http.Get(url + "/livez"); err == nil {
			answer.Body.Close()
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	return url, func() error { cancel(); return <-ended }
}

func get(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	request, _ := http.NewRequest("GET", url, nil)
	request.Header.Set("Traceparent", "00-"+traceID+"-00f067aa0ba902b7-01")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	return answer, string(text)
}

func TestDrain(t *testing.T) {
	begun, finish := make(chan bool), make(chan bool)
	url, end := start(t, Settings{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			close(begun)
			<-finish
		}
		fmt.Fprint(w, "whole")
	}), nil)
	slow := make(chan string)
	go func() { _, text := get(t, url+"/slow"); slow <- text }()
	<-begun
	ended := make(chan error)
	go func() { ended <- end() }()
	time.Sleep(drain / 2)
	if answer, text := get(t, url+"/readyz"); answer.StatusCode != 503 || !strings.Contains(text, `"draining"`) {
		t.Error(answer.Status, text)
	}
	if answer, text := get(t, url+"/quick"); text != "whole" || !answer.Close {
		t.Error("while it drains a request is answered, and its connection closed:", answer.Status, answer.Header)
	}
	time.Sleep(drain)
	close(finish)
	if text, err := <-slow, <-ended; text != "whole" || err != nil {
		t.Error(text, err)
	}
}

func TestReadyWithinItsBudget(t *testing.T) {
	url, end := start(t, Settings{}, http.NotFoundHandler(), Checks{
		"broker":   func(context.Context) error { return nil },
		"database": func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
	})
	defer end()
	began := time.Now()
	if answer, text := get(t, url+"/readyz"); answer.StatusCode != 503 || !strings.Contains(text, `"failed": ["database"]`) {
		t.Error(answer.Status, text)
	}
	if spent := time.Since(began); spent > time.Second {
		t.Error(spent)
	}
}

func TestOneServerSpanARequest(t *testing.T) {
	var lock sync.Mutex
	var found []string
	sink := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var sent collector.ExportTraceServiceRequest
		text, _ := io.ReadAll(r.Body)
		if err := proto.Unmarshal(text, &sent); err != nil {
			t.Error(err)
		}
		lock.Lock()
		defer lock.Unlock()
		for _, span := range sent.ResourceSpans[0].ScopeSpans[0].Spans {
			found = append(found, fmt.Sprintf("%x %s", span.TraceId, span.Name))
			if span.Kind != spans.Span_SPAN_KIND_SERVER {
				t.Error(span)
			}
		}
	}))
	defer sink.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", sink.URL)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /things/{id}", func(http.ResponseWriter, *http.Request) {})
	url, end := start(t, Settings{TracesEndpoint: sink.URL}, mux, nil)
	for _, path := range []string{"/things/1", "/things/2", "/livez", "/readyz", "/metrics"} {
		get(t, url+path)
	}
	if err := end(); err != nil {
		t.Error(err)
	}
	if want := traceID + " GET /things/{id}"; len(found) != 2 || found[0] != want || found[1] != want {
		t.Error("two requests, two spans, of the caller's trace:", found)
	}
}

func TestRequestEndsAtItsDeadline(t *testing.T) {
	usual := requestTimeout
	t.Cleanup(func() { requestTimeout = usual })
	requestTimeout = 50 * time.Millisecond
	var ended error
	handler := observe(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		inner, cancel := context.WithCancel(r.Context()) // as whatever asks somebody else has one
		defer cancel()
		<-inner.Done()
		ended = r.Context().Err()
	}), new(atomic.Bool))
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/slow", nil))
	if !errors.Is(ended, context.DeadlineExceeded) {
		t.Error(ended)
	}
}

func TestLogsAndMetrics(t *testing.T) {
	var log bytes.Buffer
	handler := continued(observe(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		slog.InfoContext(r.Context(), "inside")
		panic(errors.New("boom"))
	}), new(atomic.Bool)))
	usual := slog.Default()
	t.Cleanup(func() { slog.SetDefault(usual) })
	slog.SetDefault(slog.New(logs{slog.NewJSONHandler(&log, &slog.HandlerOptions{ReplaceAttr: rename})}))
	request := httptest.NewRequest("GET", "/a?token=secret", nil)
	request.Header.Set("Traceparent", "00-"+traceID+"-00f067aa0ba902b7-01")
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	if answer.Code != 500 || strings.Contains(answer.Body.String(), "boom") {
		t.Error(answer.Code, answer.Body)
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 3 || strings.Count(log.String(), `"trace_id":"`+traceID) != 3 || strings.Contains(log.String(), "secret") {
		t.Error(log.String())
	}
	for _, part := range []string{`"timestamp":"2`, `Z","level":"info","message":"request","method":"GET","route":"other","path":"/a","status":500,"duration_ms":`} {
		if !strings.Contains(lines[2], part) {
			t.Error(lines[2])
		}
	}
}
