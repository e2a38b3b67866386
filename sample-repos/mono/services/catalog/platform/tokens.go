package platform

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/danielgtaylor/huma/v2"
)

// Tokens say whose tokens count. Without AUTH_JWKS_URL every request is let in.
type Tokens struct {
	JWKSURL  string `env:"AUTH_JWKS_URL"`
	Issuer   string `env:"AUTH_ISSUER"`
	Audience string `env:"AUTH_AUDIENCE"`
}

// Valid refuses keys without the names that their tokens must bear.
func (t Tokens) Valid() error {
	if t.JWKSURL != "" && (t.Issuer == "" || t.Audience == "") {
		return errors.New("AUTH_JWKS_URL needs AUTH_ISSUER and AUTH_AUDIENCE")
	}
	return nil
}

// Protect lets in only requests with a token for this audience that the issuer's keys have signed.
func (t Tokens) Protect(api huma.API) {
	if t.JWKSURL == "" {
		return
	}
	verifier := oidc.NewVerifier(t.Issuer, oidc.NewRemoteKeySet(context.Background(), t.JWKSURL), &oidc.Config{
		ClientID:             t.Audience,
		SupportedSigningAlgs: []string{oidc.RS256, oidc.ES256, oidc.EdDSA},
	})
	api.OpenAPI().Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}
	api.OpenAPI().Security = []map[string][]string{{"token": {}}}
	api.UseMiddleware(func(ctx huma.Context, next func(huma.Context)) {
		scheme, text, _ := strings.Cut(ctx.Header("Authorization"), " ")
		token, err := verifier.Verify(ctx.Context(), text)
		if err != nil || !strings.EqualFold(scheme, "Bearer") {
			slog.WarnContext(ctx.Context(), "token refused", "error", err)
			ctx.SetHeader("WWW-Authenticate", "Bearer")
			_ = huma.WriteErr(api, ctx, http.StatusUnauthorized, "a valid bearer token is needed")
			return
		}
		next(huma.WithValue(ctx, Subject{}, token.Subject))
	})
}

// Subject is the key under which a request's context has the subject of its token.
type Subject struct{}
