package platform

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"strings"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

var caller propagation.TraceContext // how requests and messages name the trace that they belong to

type middleware = func(http.Handler) http.Handler

func startLogs(level slog.Level) {
	slog.SetDefault(slog.New(logs{slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: level, ReplaceAttr: rename})}))
}

// startTraces gives what handlers are wrapped in, and what sends the last spans. Nothing is traced without an endpoint.
func startTraces(ctx context.Context, s Settings) (middleware, func(context.Context) error, error) {
	otel.SetTextMapPropagator(caller)
	if s.TracesEndpoint == "" {
		return continued, func(context.Context) error { return nil }, nil
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, nil, err
	}
	name := resource.NewSchemaless(attribute.String("service.name", s.Name), attribute.String("service.version", s.Version))
	provider := sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(name)) // OTEL_TRACES_SAMPLER is read by itself
	otel.SetTracerProvider(provider)
	return otelhttp.NewMiddleware("request"), provider.Shutdown, nil
}

// continued lets logs name the trace of the caller, though this service records none.
func continued(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Traceparent") != "" {
			r = r.WithContext(caller.Extract(r.Context(), propagation.HeaderCarrier(r.Header)))
		}
		next.ServeHTTP(w, r)
	})
}

// logs adds the trace to whatever is logged with a context.
type logs struct{ slog.Handler }

func (l logs) Handle(ctx context.Context, record slog.Record) error {
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		record.AddAttrs(slog.String("trace_id", span.TraceID().String()))
	}
	return l.Handler.Handle(ctx, record)
}

func (l logs) WithAttrs(attrs []slog.Attr) slog.Handler { return logs{l.Handler.WithAttrs(attrs)} }
func (l logs) WithGroup(name string) slog.Handler       { return logs{l.Handler.WithGroup(name)} }

// rename gives slog's own keys the names that all services have, in whatever language.
func rename(groups []string, attr slog.Attr) slog.Attr {
	switch {
	case len(groups) > 0:
	case attr.Key == slog.TimeKey && attr.Value.Kind() == slog.KindTime:
		return slog.Time("timestamp", attr.Value.Time().UTC())
	case attr.Key == slog.MessageKey:
		attr.Key = "message"
	case attr.Key == slog.LevelKey:
		return slog.String("level", strings.ToLower(attr.Value.String()))
	}
	return attr
}
