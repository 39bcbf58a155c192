"""SDKs that speak no OTLP: one folder each, bodies and files to neutral spans (docs/reference/sdks.md)."""
