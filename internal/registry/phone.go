package registry

import (
	"context"
	"fmt"
	"strings"

	"corridor/internal/db"
	"corridor/internal/unit"
)

// phoneDigits is how many of the last digits tell one telephone from another: mobile numbers have eleven, and what stands before is the
// code of a country.
const phoneDigits = 11

// phoneLeast is with how few digits a number is taken for one: an extension says nothing.
const phoneLeast = 7

// Phones are the telephone numbers, digits only, of the persons who may act for an organisation on a day. An organisation that nobody has
// entered a person for has none.
func (r *Registry) Phones(ctx context.Context, tx *db.Tx, org string, day unit.Day) ([]string, error) {
	all, err := selectPhones(ctx, tx, org, day)
	if err != nil {
		return nil, fmt.Errorf("telephones of %s: %w", org, err)
	}
	var out []string
	for _, phone := range all {
		digits := strings.Map(func(c rune) rune {
			if c < '0' || c > '9' {
				return -1
			}
			return c
		}, phone)
		if len(digits) >= phoneLeast {
			out = append(out, digits[max(0, len(digits)-phoneDigits):])
		}
	}
	return out, nil
}
