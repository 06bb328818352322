"""The outbox that sends every email, the look of an email, and the composers by kind."""
