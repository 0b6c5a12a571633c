package federation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation/httpsig"
)

// Receive takes a letter in that came at the door, and returns the bytes of the answer, with the fields that sign it set in h. The
// refusals, first that fails: form, for another node, of nobody that is known, signature (missing, form, tag, covers, key, key
// ended, time, false, digest), too many at once, more bytes than are taken in a day, another letter of the same number, order, chain. The same letter again gets the same answer.
func (s *Service) Receive(ctx context.Context, r *http.Request, body []byte, h http.Header) (answer []byte, err error) {
	if s.c.Key == "" {
		return nil, fault.New(fault.Unavailable, "federation.letters_closed")
	}
	e, err := readEnvelope(body)
	if err != nil {
		return nil, err
	}
	if e.To != s.c.Self {
		return nil, fault.New(fault.Denied, "federation.letter_for_other", "to", clip(e.To), "here", s.c.Self)
	}
	p, ok := s.peerOf(e.From)
	if !ok {
		return nil, fault.New(fault.Denied, "federation.letter_from_nobody", "from", clip(e.From))
	}
	if err := s.verifyLetter(ctx, r, p, e, body); err != nil {
		return nil, s.turn(p, err)
	}
	leave, err := s.enter(p)
	if err != nil {
		return nil, s.turn(p, err)
	}
	defer leave()
	if err := s.takesBytes(p, len(body)); err != nil {
		return nil, s.turn(p, err)
	}
	answer, err = s.apply(ctx, p, e, body, keptSig(r.Header))
	if err != nil {
		return nil, s.turn(p, err)
	}
	return answer, s.signAnswer(ctx, answer, h)
}

func (s *Service) verifyLetter(ctx context.Context, r *http.Request, p Peer, e envelope, body []byte) error {
	var keys []LetterKey
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) (err error) { keys, err = neighbourKeys(ctx, tx, p.Origin()); return err }); err != nil {
		return err
	}
	sig, err := verifySigned(httpsig.Request(r), body, keys, p.Origin(), letterTag, letterCovers, s.c.Now())
	if err != nil {
		return err
	}
	if sig.Nonce != string(e.ID) {
		return fault.New(fault.Denied, "federation.letter_nonce")
	}
	return nil
}

// ours says that an error is this node's trouble, and the letter may come again.
func ours(err error) bool {
	k := fault.KindOf(err)
	return k == fault.Internal || k == fault.Unavailable || k == fault.TooMany
}

// errUndone carries the refusal of a handler out of the act that it undoes.
type errUndone struct{ refusal *fault.Error }

func (e errUndone) Error() string { return "the letter is refused: " + e.refusal.Error() }

// apply does what a letter asks for, once and in its turn, and writes the answer down with it.
func (s *Service) apply(ctx context.Context, p Peer, e envelope, body []byte, sig string) (answer []byte, err error) {
	s.mu.Lock()
	take := s.takes[e.Kind]
	s.mu.Unlock()
	act := func(refusal *fault.Error) error {
		return s.c.DB.Act(ctx, func(tx *db.Tx) error {
			had, err := s.inTurn(ctx, tx, p, e, body)
			if err != nil || had != nil {
				answer = had
				return err
			}
			if _, err := s.letterKey(ctx, tx); err != nil {
				return err
			}
			a := answerJSON{V: letterVersion, From: s.c.Self, To: e.From, N: e.N, Letter: digestOf(body), State: LetterDone, Body: json.RawMessage("null")}
			row := letterRow{peer: e.From, e: e, letter: body, digest: a.Letter, letterSig: sig}
			switch {
			case refusal == nil && take == nil:
				refusal = fault.New(fault.Invalid, "federation.letter_kind", "kind", clip(e.Kind))
			case refusal == nil:
				got, err := take(ctx, tx, row.shown())
				if f := fault.Of(err); f != nil && !ours(err) {
					return errUndone{f}
				}
				if err != nil {
					return fmt.Errorf("take letter %d of %s (%s): %w", e.N, e.From, e.Kind, err)
				}
				if a.Body, err = json.Marshal(got); err != nil {
					return err
				}
			}
			if refusal != nil {
				a.State, a.Code, a.ZH, a.EN = LetterRefused, refusal.Code, refusal.Sentence(fault.ZH), refusal.Sentence(fault.EN)
			}
			if answer, err = json.Marshal(a); err != nil {
				return err
			}
			row.state, row.code, row.answer, row.answeredAt = a.State, a.Code, answer, db.Micros(tx.Now())
			return insertLetter(ctx, tx, row)
		})
	}
	err = act(nil)
	if undone := (errUndone{}); errors.As(err, &undone) {
		err = act(undone.refusal) // what the handler wrote is undone; that it refused is kept
	}
	return answer, err
}

// inTurn says what was answered to this letter before, or that it is the next.
func (s *Service) inTurn(ctx context.Context, tx *db.Tx, p Peer, e envelope, body []byte) (had []byte, err error) {
	last, digest, err := selectLastLetter(ctx, tx, e.From, false)
	if err != nil {
		return nil, err
	}
	switch {
	case e.N <= last:
		was, answer, err := selectLetterIn(ctx, tx, e.From, e.N)
		if err != nil {
			return nil, err
		}
		if was != digestOf(body) {
			return nil, fault.New(fault.Conflict, "federation.letter_other", "name", p.Name, "n", e.N)
		}
		return answer, nil
	case e.N != last+1:
		return nil, fault.New(fault.Conflict, "federation.letter_order", "name", p.Name, "n", e.N, "want", last+1)
	case e.Before != digest:
		return nil, fault.New(fault.Conflict, "federation.letter_chain", "name", p.Name, "n", e.N)
	}
	return nil, nil
}

func (s *Service) signAnswer(ctx context.Context, answer []byte, h http.Header) error {
	key, err := s.OwnLetterKey(ctx)
	if err != nil {
		return err
	}
	private, err := s.signingKey(key.Generation)
	if err != nil {
		return err
	}
	h.Set("Content-Type", "application/json")
	now := s.c.Now()
	return httpsig.Sign(httpsig.Message{Status: http.StatusOK, Header: h}, answer, httpsig.Signature{Covers: answerCovers, Created: now,
		Expires: now.Add(letterAgeMax), KeyID: letterKeyID(s.c.Log.Origin(), key.Generation), Tag: answerTag}, private)
}
