"""Access: origins, tokens, logins, rate limits, limits on bodies."""
