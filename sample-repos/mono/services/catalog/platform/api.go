package platform

import (
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// API is an empty API, and its handler. /openapi.json describes it, from the types of its operations.
func API(title, version string, tokens Tokens) (huma.API, http.Handler) {
	config := huma.DefaultConfig(title, version)
	config.CreateHooks, config.DocsPath, config.SchemasPath = nil, "", "" // no $schema in answers, no page with scripts of others
	huma.NewErrorWithContext = problem
	mux := http.NewServeMux()
	api := humago.New(mux, config)
	tokens.Protect(api)
	return api, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern == "" {
			w = Problem{w} // the 404 and 405 of net/http are plain text
		}
		mux.ServeHTTP(w, r)
	})
}

// problem is an error as clients see it.
func problem(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
	switch status {
	case http.StatusBadRequest:
		status = http.StatusUnprocessableEntity // whatever is wrong with a request, its syntax too
	case http.StatusInternalServerError:
		slog.ErrorContext(ctx.Context(), message, "error", errors.Join(errs...))
		message, errs = "", nil // what went wrong inside is not the client's business
	}
	err := huma.NewError(status, message, errs...)
	if model, ok := err.(*huma.ErrorModel); ok {
		model.Type = "about:blank"
		for _, detail := range model.Errors {
			detail.Value = nil // the client knows what it sent
		}
	}
	return err
}

// Errors declares which errors an operation answers with, besides 422, 500 and 503.
func Errors(statuses ...int) func(*huma.Operation) {
	return func(o *huma.Operation) { o.Errors = append(statuses, http.StatusServiceUnavailable) }
}

// Int is a whole number as JSON has them: 3.0 is one too, which Go's own integers refuse.
type Int int64

// UnmarshalJSON reads it; that it is whole, and within its limits, the schema has said before.
func (n *Int) UnmarshalJSON(text []byte) error {
	number, err := strconv.ParseFloat(string(text), 64)
	*n = Int(number)
	return err
}
