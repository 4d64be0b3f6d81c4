"""OpenID Connect and OAuth 2.0 as Auth0 speaks them."""
