"""What the panel shows of tool calls: one builder a family, one template a family."""
