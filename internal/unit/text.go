package unit

import (
	"database/sql/driver"
	"fmt"
	"strings"
	"unicode"
)

// textMax is the most bytes that any parser of this package looks at; no written value comes near it.
const textMax = 200

// shownMax is how many characters of a refused input are shown back to the user.
const shownMax = 40

// narrow turns full-width forms (U+FF01 to U+FF5E) and the ideographic space into their ASCII twins and
// drops every space, as people paste codes and sums from forms and spreadsheets.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), r == '\u200b', r == '\ufeff':
			return -1
		case r >= 0xFF01 && r <= 0xFF5E:
			return r - 0xFEE0
		}
		return r
	}, s)
}

// shown is the refused input as the sentence repeats it: short, and without control characters.
func shown(s string) string {
	clean := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return '·'
		}
		return r
	}, s)
	if rs := []rune(clean); len(rs) > shownMax {
		return string(rs[:shownMax]) + "…"
	}
	return clean
}

// digits says whether s is one or more ASCII digits.
func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// scanText reads a TEXT column: NULL is the empty text.
func scanText(src any) (string, error) {
	switch v := src.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case []byte:
		return string(v), nil
	}
	return "", fmt.Errorf("unit: scan %T as text", src)
}

// textValue writes a TEXT column: the empty text is NULL, so that NOT NULL guards what must be there.
func textValue(s string) (driver.Value, error) {
	if s == "" {
		return nil, nil
	}
	return s, nil
}
