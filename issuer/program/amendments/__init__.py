"""A plan that changes after its approval: each change is kept, and who approved hears of it."""
