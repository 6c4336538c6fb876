"""Monitoring: metrics for Prometheus, and logs as JSON."""
