"""What a verdict is: tasks, comparing, messages, the pool of workers, the sandbox's outside."""
