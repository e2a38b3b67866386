// Command catalog is a REST API over PostgreSQL. The items are in internal/items.
package main

import (
	"context"
	"embed"
	"io/fs"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jackc/pgx/v5/pgxpool"

	"service/internal/items"
	"service/platform"
)

//go:embed migrations/*.sql
var embedded embed.FS

// Settings come from the environment only.
type Settings struct {
	platform.Settings
	platform.Calls
	platform.Tokens
	DatabaseURL string `env:"DATABASE_URL,required,notEmpty"`
}

func main() {
	platform.Main(map[string]func(context.Context, Settings) error{"": serve, "migrate": migrate})
}

func migrate(ctx context.Context, s Settings) error {
	files, err := fs.Sub(embedded, "migrations")
	if err != nil {
		return err
	}
	return platform.Migrate(ctx, s.DatabaseURL, files)
}

func serve(ctx context.Context, s Settings) error {
	pool, err := platform.Connect(ctx, s.DatabaseURL)
	if err != nil {
		return err
	}
	defer pool.Close()
	_, handler := api(pool, s.Tokens)
	return platform.Serve(ctx, s.Settings, handler, platform.Checks{"database": pool.Ping})
}

func api(pool *pgxpool.Pool, tokens platform.Tokens) (huma.API, http.Handler) {
	api, handler := platform.API("catalog", "1.0.0", tokens)
	items.Store{Pool: pool}.Register(api)
	return api, handler
}
