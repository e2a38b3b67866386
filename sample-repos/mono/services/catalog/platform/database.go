package platform

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Connect makes a pool, without waiting for the database: /readyz says whether it is there.
func Connect(ctx context.Context, url string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	config.MaxConns = 10
	config.ConnConfig.ConnectTimeout = 3 * time.Second
	config.ConnConfig.RuntimeParams["statement_timeout"] = "5s"
	return pgxpool.NewWithConfig(ctx, config)
}

// Migrate brings the database to this version; of several at once, the others wait.
func Migrate(ctx context.Context, url string, migrations fs.FS) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	defer db.Close()
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, migrations, goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	done, err := provider.Up(ctx)
	for _, migration := range done {
		slog.Info("migrated", "file", migration.Source.Path, "duration_ms", migration.Duration.Milliseconds())
	}
	return err
}

// Away says of an error whether the database is at fault, and not the statement.
func Away(err error) bool {
	var answered *pgconn.PgError
	if !errors.As(err, &answered) {
		return err != nil
	}
	switch answered.Code[:2] {
	case "08", "53", "57": // connection, resources, an operator's hand or a timeout
		return true
	}
	return false
}
