// Package platform is what every service has: settings, logs, metrics, traces, probes, and an orderly end.
// It belongs to the template: `shunter update` brings its next version.
package platform

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/caarlos0/env/v11"
)

// Settings of every service. They come from the environment only.
type Settings struct {
	Host            string     `env:"HOST" envDefault:"0.0.0.0"`
	Port            int        `env:"PORT" envDefault:"8080"`
	ShutdownSeconds int        `env:"SHUTDOWN_SECONDS" envDefault:"22"`
	LogLevel        slog.Level `env:"LOG_LEVEL" envDefault:"info"`
	Version         string     `env:"VERSION" envDefault:"dev"`
	Name            string     `env:"OTEL_SERVICE_NAME" envDefault:"catalog"`
	TracesEndpoint  string     `env:"OTEL_EXPORTER_OTLP_ENDPOINT"` // the exporter reads it, and its relatives, itself
}

// Base makes Settings findable in a service's own, which embed them.
func (s Settings) Base() Settings { return s }

// Main reads all settings, naming each that is missing or wrong, and runs what the first argument names ("" if none is
// given) until SIGTERM ends its context.
func Main[S interface{ Base() Settings }](commands map[string]func(context.Context, S) error) {
	run, known := commands[strings.Join(os.Args[1:], " ")]
	settings, err := env.ParseAs[S]()
	if more, ok := any(settings).(interface{ Valid() error }); ok {
		err = errors.Join(err, more.Valid())
	}
	if err != nil || !known {
		fmt.Fprintln(os.Stderr, "error:", os.Args[1:], err)
		os.Exit(2)
	}
	startLogs(settings.Base().LogLevel)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	if err := run(ctx, settings); err != nil {
		slog.Error("failed", "error", err)
		os.Exit(1)
	}
}
