"""Ready studies (YAML)."""
