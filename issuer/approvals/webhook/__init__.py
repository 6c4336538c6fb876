"""The webhook: who sent a message, what is answered, what came in; and a well-behaved sender."""
