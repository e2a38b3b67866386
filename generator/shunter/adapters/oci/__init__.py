"""OCI registries: the distribution API over HTTPS, logins, and charts in them."""
