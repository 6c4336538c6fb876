"""How whoever runs the server watches over it: figures for Prometheus, logs as JSON."""
