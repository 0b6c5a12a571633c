package reader

import (
	"context"
	"regexp"

	"corridor/internal/db"
	"corridor/internal/files"
	"corridor/internal/reader/extract"
)

const (
	twinShared = 6 // different numbers that two tellings of one text share, at least, and half of its own
	twinsAsked = acrossMax
)

var numberForm = regexp.MustCompile(`[0-9]+(?:\.[0-9]+)?`)

// numbersIn adds the numbers of a text that say something: of one digit many texts have all.
func numbersIn(s string, all map[string]bool) {
	for _, n := range numberForm.FindAllString(s, -1) {
		if len(n) > 1 {
			all[n] = true
		}
	}
}

// twin is the original of the newest clean document that tells the same text as one that was read as spun: numbers
// survive a spinner, so two tellings share theirs. Nil where none shares enough. Only texts that were read before are
// compared; the bytes that come back are for the process that may read strangers' files.
func (k *Desk) twin(ctx context.Context, read *extract.Document) ([]byte, error) {
	mine := map[string]bool{}
	for _, p := range paragraphs(read) {
		numbersIn(p.Text, mine)
	}
	if len(mine) < twinShared {
		return nil, nil
	}
	best, most := files.Digest(""), max(twinShared, (len(mine)+1)/2)-1
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
				theirs := map[string]bool{}
				all, err := selectParagraphs(ctx, tx, d.ID)
				if err != nil {
					return err
				}
				for _, p := range all {
					numbersIn(p.Text, theirs)
				}
				n := 0
				for x := range mine {
					if theirs[x] {
						n++
					}
				}
				if n > most {
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
