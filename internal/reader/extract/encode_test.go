package extract

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// TestADocumentIsWrittenFactByFactAsWhole holds the JSON that is written piece by piece against the library's own.
func TestADocumentIsWrittenFactByFactAsWhole(t *testing.T) {
	for _, o := range ownTexts(t) {
		d, err := Read(o.file, o.data, Options{})
		if err != nil {
			t.Fatalf("%s: %v", o.name, err)
		}
		if strings.Contains(o.name, "bullets") {
			d.Text = "<b>文</b>" // as of a PDF
		}
		var want, got bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(d); err != nil {
			t.Fatal(err)
		}
		if err := d.WriteJSON(&got); err != nil || !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Errorf("%s: %v, %d bytes for %d", o.name, err, got.Len(), want.Len())
		}
	}
}

// TestMarksHideNothing reads every text with marks at all places and with those of the one pass: the rules must find the
// same, because a mark is only left out where a rule would find nothing.
func TestMarksHideNothing(t *testing.T) {
	everywhere := func(x *text) {
		for i := range x.marks.sets {
			x.marks.sets[i] = ^uint64(0)
		}
		for k := range markKinds { // not behind the end
			if n := len(x.r) & 63; n > 0 {
				x.marks.sets[(k+1)*x.marks.words-1] &= 1<<n - 1
			}
		}
	}
	for _, o := range ownTexts(t) {
		d, err := Read(o.file, o.data, Options{})
		if err != nil {
			t.Fatalf("%s: %v", o.name, err)
		}
		for _, a := range d.Articles {
			for _, p := range a.Paragraphs {
				some, all := marked([]rune(p.Text)), marked([]rune(p.Text))
				everywhere(all)
				if some.marks.latin {
					continue
				}
				if got, want := len(placesIn(some)), len(placesIn(all)); got != want {
					t.Errorf("%s: %d places for %d: %s", o.name, got, want, p.Text)
				}
				a, b := moments(some, &clock{year: 2024, month: 6}), moments(all, &clock{year: 2024, month: 6})
				if len(a) != len(b) {
					t.Errorf("%s: %d times for %d: %s", o.name, len(a), len(b), p.Text)
				}
				some.times, all.times = a, b
				some.sentences = []part{{0, len(some.r)}}
				all.sentences = some.sentences
				if got, want := len(bodiesOf(some)), len(bodiesOf(all)); got != want {
					t.Errorf("%s: %d organisations for %d: %s", o.name, got, want, p.Text)
				}
				if got, want := len(sightings(nil, some, nil)), len(sightings(nil, all, nil)); got != want {
					t.Errorf("%s: %d figures for %d: %s", o.name, got, want, p.Text)
				}
			}
		}
	}
}
