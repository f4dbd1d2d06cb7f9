package store

import "context"

// SelectTexts is how texts are read that may have what is sought.
const SelectTexts = selectTexts

// FillGrams gives the texts that have none their grams.
func FillGrams(ctx context.Context, url string) error { return fillGrams(ctx, url) }
