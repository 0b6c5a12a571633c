package scheme

import (
	"slices"
	"testing"

	"corridor/internal/fault"
	"corridor/schemes"
)

// TestALetterSaysWhatWasDecidedThen: the values are those of the action, in the reader's language; what was not kept is a dash.
func TestALetterSaysWhatWasDecidedThen(t *testing.T) {
	s := rent(t)
	row, _ := s.Row("sent", "agree")
	out, err := s.Effects(facts(t, s).question(row, Purse{}), "A")
	if err != nil {
		t.Fatal(err)
	}
	got, ok := s.LetterText("agree", out.Letter)
	want := fault.Words{"退还 3,000.00元（规模：小型），分两期。", "3,000.00 yuan are given back (size: small), in two parts."}
	if !ok || got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, _ := s.LetterText("agree", nil); got[1] != "— are given back (size: —), in two parts." {
		t.Errorf("of a decision that kept nothing: %q", got[1])
	}
	if _, ok := s.LetterText("halt", nil); ok {
		t.Error("an action without a letter has one")
	}
}

// TestEveryDecisionOfADeskHasALetter in the words of its pack, for all packs that the program carries.
func TestEveryDecisionOfADeskHasALetter(t *testing.T) {
	for _, dir := range packs(t) {
		s, problems := Load(schemes.FS, dir)
		if len(problems) > 0 {
			t.Fatalf("%s: %v", dir, problems)
		}
		for _, row := range s.Stages {
			if _, ok := s.Letters[row.Action]; !ok && slices.ContainsFunc(row.Who, s.Desk) {
				t.Errorf("%s: %s has no letter", dir, row.Action)
			}
		}
	}
}
