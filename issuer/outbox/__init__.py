"""The outbox: mail and other messages, stored as rows until they are delivered (D11, P4)."""
