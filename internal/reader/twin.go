package reader

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/files"
	"corridor/internal/reader/extract"
)

// twinsAsked is how many of the newest documents are compared with a spun one.
const twinsAsked = acrossMax

// numbersOf are the numbers that paragraphs tell.
func numbersOf(all []Paragraph) []string {
	parts := make([][]rune, len(all))
	for i, p := range all {
		parts[i] = []rune(p.Text)
	}
	return extract.Numbers(parts)
}

// twin is the original of the newest clean document that tells the same text as one that was read as spun: numbers
// survive a spinner, so two tellings share theirs. Nil where none shares enough. Only texts that were read before are
// compared; the bytes that come back are for the process that may read strangers' files.
func (k *Desk) twin(ctx context.Context, read *extract.Document) ([]byte, error) {
	mine := numbersOf(paragraphs(read))
	if extract.Retold(mine, mine) == 0 {
		return nil, nil // it tells too few numbers to be found by them
	}
	best, most := files.Digest(""), 0
	err := k.c.DB.Read(ctx, func(tx *db.Tx) error {
		asked := 0
		for page := 1; asked < twinsAsked; page++ {
			some, _, err := selectDocuments(ctx, tx, Query{Page: page})
			if err != nil || len(some) == 0 {
				return err
			}
			for _, d := range some {
				asked++
				if (&extract.Document{Warnings: d.Warnings}).Spun() || d.Format == extract.FormatPDF || d.Format == extract.FormatDOCX {
					continue
				}
				theirs, err := selectParagraphs(ctx, tx, d.ID)
				if err != nil {
					return err
				}
				if n := extract.Retold(mine, numbersOf(theirs)); n > most {
					best, most = files.Digest(d.Digest), n
				}
			}
		}
		return nil
	})
	if err != nil || best == "" {
		return nil, err
	}
	_, content, err := k.c.Files.Get(ctx, best)
	if len(content) > extract.TwinBytesMax {
		return nil, err
	}
	return content, err
}
