package fault

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestEveryKindHasOneStatus(t *testing.T) {
	kinds := []Kind{Invalid, SignIn, Denied, NotFound, Conflict, Gone, TooLarge, TooMany, Unavailable, Internal}
	if got, want := len(status), len(kinds); got != want {
		t.Errorf("status has %d kinds, want %d", got, want)
	}
	seen := map[int]Kind{}
	for _, k := range kinds {
		s := k.Status()
		if other, twice := seen[s]; twice {
			t.Errorf("%s and %s are both %d", k, other, s)
		}
		seen[s] = k
	}
}

func TestEveryCodeSpeaksBothLanguages(t *testing.T) {
	for code, words := range Codes() {
		for i, w := range words {
			if strings.TrimSpace(w) == "" {
				t.Errorf("%s: language %d is empty", code, i)
			}
		}
		if strings.Count(words[0], "{") != strings.Count(words[1], "{") {
			t.Errorf("%s: the two sentences do not name the same values: %q %q", code, words[0], words[1])
		}
	}
}

func TestThreeReaders(t *testing.T) {
	cause := errors.New("row is gone")
	err := fmt.Errorf("hold 1.00 for case 7: %w", New(Internal, "fault.internal", "left", 3).On("amount").Because(cause))
	if got, want := Of(err).Field, "amount"; got != want {
		t.Errorf("field %q, want %q", got, want)
	}
	if !errors.Is(err, cause) {
		t.Error("the operator's chain does not lead to the cause")
	}
	if !errors.Is(err, New(Internal, "fault.internal")) {
		t.Error("two refusals of one code are not the same to errors.Is")
	}
	if got := KindOf(cause); got != Internal {
		t.Errorf("a bare error is %q, want internal", got)
	}
	if zh, en := Of(err).Sentence(ZH), Of(err).Sentence(EN); zh == en {
		t.Error("zh and en read the same")
	}
}
