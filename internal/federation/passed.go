package federation

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation/httpsig"
	"corridor/internal/unit"
)

// passedLetter is a letter as another node passes it on: the bytes as they were written, and the fields that signed them.
type passedLetter struct {
	Letter string `json:"letter"`
	Sig    string `json:"sig"`
}

func proofOf(letter []byte, sig string) []byte {
	b, _ := json.Marshal(passedLetter{string(letter), sig}) // texts only
	return b
}

// Passed reads a letter that a neighbour passed on, and checks that the node which it names as its writer did sign it, with a key that
// its followed log names and that counted on the day of the signature. to is the node that it was written to. The refusals, first
// that fails: form; of nobody that is known; key not known, not known yet (Unavailable: it may come again), not of that day; signature.
func (s *Service) Passed(ctx context.Context, tx *db.Tx, proof []byte) (l Letter, to string, err error) {
	var b passedLetter
	fields := map[string]string{}
	if json.Unmarshal(proof, &b) != nil || json.Unmarshal([]byte(b.Sig), &fields) != nil {
		return l, "", fault.New(fault.Invalid, "federation.letter_form", "what", "passed")
	}
	e, err := readEnvelope([]byte(b.Letter))
	if err != nil {
		return l, "", err
	}
	p, ok := s.peerOf(e.From)
	if !ok {
		return l, "", fault.New(fault.Denied, "federation.letter_from_nobody", "from", clip(e.From))
	}
	keys, err := neighbourKeys(ctx, tx, p.Origin())
	if err != nil {
		return l, "", err
	}
	m := httpsig.Message{Method: http.MethodPost, Path: lettersPath, Header: http.Header{}}
	for _, f := range sigFields {
		m.Header.Set(f, fields[f])
	}
	var key LetterKey
	var unknown error
	const ever = 100 * 365 * 24 * time.Hour
	sig, err := httpsig.Verify(m, []byte(b.Letter), httpsig.Policy{Tag: letterTag, Covers: letterCovers, Now: s.c.Now(), AgeMax: ever, Skew: ever,
		Key: func(id string) (ed25519.PublicKey, bool) {
			key, unknown = keyNamed(keys, p.Origin(), id)
			return key.Public, unknown == nil
		}})
	switch {
	case unknown != nil:
		return l, "", unknown
	case err != nil:
		return l, "", fmt.Errorf("a letter of %s that was passed on: %w", e.From, err)
	case sig.Nonce != string(e.ID):
		return l, "", fault.New(fault.Denied, "federation.letter_nonce")
	}
	if err := key.countsOn(unit.DayOf(sig.Created, unit.Beijing()), letterKeyID(p.Origin(), key.Generation)); err != nil {
		return l, "", err
	}
	return letterRow{peer: e.From, e: e, letter: []byte(b.Letter), digest: digestOf([]byte(b.Letter)), letterSig: b.Sig}.shown(), e.To, nil
}
