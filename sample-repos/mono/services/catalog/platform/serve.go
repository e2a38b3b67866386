package platform

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

var drain = 2 * time.Second // how long requests are still taken after SIGTERM, while balancers learn of it

var requestTimeout = 10 * time.Second

const readyBudget = 800 * time.Millisecond // for all checks together; the probe waits for 1 s

var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

// Checks are the dependencies without which a service is not ready, by name.
type Checks map[string]func(context.Context) error

var (
	info     = promauto.NewGaugeVec(prometheus.GaugeOpts{Name: "service_info", Help: "What runs here."}, []string{"version"})
	requests = promauto.NewHistogramVec(prometheus.HistogramOpts{
		Name: "http_request_duration_seconds", Help: "Requests, by the route that they matched.",
	}, []string{"method", "route", "status"})
)

// Serve answers until ctx ends, and then drains. It gives an error if requests were cut off.
func Serve(ctx context.Context, s Settings, handler http.Handler, checks Checks) error {
	trace, flush, err := startTraces(ctx, s)
	if err != nil {
		return err
	}
	info.WithLabelValues(s.Version).Set(1)
	requests.WithLabelValues("GET", "other", "404") // so that the metric is there before the first request
	draining := new(atomic.Bool)
	mux := http.NewServeMux()
	mux.Handle("/", trace(observe(handler, draining)))
	mux.Handle("GET /metrics", promhttp.Handler())
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, 200, "application/json", `{"status": "alive"}`)
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if draining.Load() {
			answer(w, 503, "application/json", `{"status": "draining"}`)
		} else if failed := checks.failed(r.Context()); len(failed) > 0 {
			answer(w, 503, "application/json", fmt.Sprintf(`{"status": "unavailable", "failed": ["%s"]}`, strings.Join(failed, `", "`)))
		} else {
			answer(w, 200, "application/json", `{"status": "ready"}`)
		}
	})
	server := &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       requestTimeout,
		WriteTimeout:      requestTimeout + 5*time.Second, // the handler's own deadline comes first
		IdleTimeout:       75 * time.Second,               // longer than a balancer's, which so closes first
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn),
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(s.Host, strconv.Itoa(s.Port)))
	if err != nil {
		return err
	}
	slog.Info("listening", "address", listener.Addr().String())
	stopped := make(chan error, 1)
	go func() { stopped <- server.Serve(listener) }()
	select {
	case err := <-stopped:
		return err
	case <-ctx.Done():
	}
	slog.Info("draining")
	draining.Store(true)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Duration(s.ShutdownSeconds)*time.Second)
	defer cancel()
	time.Sleep(drain)
	return errors.Join(server.Shutdown(ctx), flush(ctx))
}

func (c Checks) failed(ctx context.Context) (names []string) {
	ctx, cancel := context.WithTimeout(ctx, readyBudget)
	defer cancel()
	for name, check := range c {
		if err := check(ctx); err != nil {
			slog.WarnContext(ctx, "not ready", "dependency", name, "error", err)
			names = append(names, name)
		}
	}
	return names
}

// observe gives each request a deadline, a line in the log and a place in the metrics.
func observe(next http.Handler, draining *atomic.Bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := &deadline{Context: r.Context(), at: time.Now().Add(requestTimeout)}
		defer ctx.end()
		if draining.Load() {
			w.Header().Set("Connection", "close") // the client's next request meets another instance
		}
		inner, answer, began := r.WithContext(ctx), &recorder{w, http.StatusOK}, time.Now()
		guarded(next, answer, inner)
		spent := time.Since(began)
		r.Pattern = inner.Pattern // the span, outside of here, is called after it
		route := cmp.Or(r.Pattern[strings.Index(r.Pattern, " ")+1:], "other")
		method := "other" // a client may call it anything
		if slices.Contains(methods, r.Method) {
			method = r.Method
		}
		requests.WithLabelValues(method, route, strconv.Itoa(answer.status)).Observe(spent.Seconds())
		slog.LogAttrs(ctx, slog.LevelInfo, "request", slog.String("method", r.Method), slog.String("route", route),
			slog.String("path", r.URL.Path), slog.Int("status", answer.status), slog.Float64("duration_ms", float64(spent.Microseconds())/1000))
	})
}

// deadline is that of a request. Its timer, which costs as much as a small request's metrics and log, starts when somebody
// waits for it.
type deadline struct {
	context.Context
	at     time.Time
	lock   sync.Mutex
	timed  context.Context
	cancel context.CancelFunc
}

func (d *deadline) Deadline() (time.Time, bool) { return d.at, true }
func (d *deadline) Done() <-chan struct{}       { return d.start().Done() }
func (d *deadline) Err() error                  { return d.start().Err() }

func (d *deadline) start() context.Context {
	d.lock.Lock()
	defer d.lock.Unlock()
	if d.timed == nil {
		d.timed, d.cancel = context.WithDeadline(d.Context, d.at)
	}
	return d.timed
}

func (d *deadline) end() {
	d.lock.Lock()
	defer d.lock.Unlock()
	if d.cancel != nil {
		d.cancel()
	}
}

// guarded turns a panic into a 500.
func guarded(next http.Handler, w http.ResponseWriter, r *http.Request) {
	defer func() {
		if fault := recover(); fault == http.ErrAbortHandler {
			panic(fault)
		} else if fault != nil {
			slog.ErrorContext(r.Context(), "panic", "fault", fault, "stack", string(debug.Stack()))
			Problem{w}.WriteHeader(http.StatusInternalServerError)
		}
	}()
	next.ServeHTTP(w, r)
}

// recorder remembers a response's status.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController flush, and take over connections.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// NoAPI is for services that have probes and metrics only.
var NoAPI http.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { Problem{w}.WriteHeader(http.StatusNotFound) })

// Problem turns a response into one as RFC 9457 has it, whatever is written into it.
type Problem struct{ http.ResponseWriter }

// WriteHeader writes the whole response.
func (p Problem) WriteHeader(status int) {
	answer(p.ResponseWriter, status, "application/problem+json",
		fmt.Sprintf(`{"type": "about:blank", "title": %q, "status": %d}`, http.StatusText(status), status))
}

// Write drops what a handler says besides.
func (Problem) Write(text []byte) (int, error) { return len(text), nil }

func answer(w http.ResponseWriter, status int, kind, text string) {
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	fmt.Fprintln(w, text)
}
