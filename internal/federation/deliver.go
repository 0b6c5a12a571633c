package federation

import (
	"bytes"
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

const (
	lettersPath  = "/letters/in"
	deliverPoll  = time.Second     // between two looks for letters; an act that has written one rings before
	deliverAgain = time.Second / 5 // after the first attempt without an answer; doubled each time
)

var (
	letterCovers = []string{"@method", "@path", "content-type", "content-digest"}
	answerCovers = []string{"@status", "content-type", "content-digest"}
)

// bellOf is the bell of one neighbour among s.written or s.grew.
func (s *Service) bellOf(bells map[string]db.Bell, code string) db.Bell {
	s.mu.Lock()
	defer s.mu.Unlock()
	if bells[code] == nil {
		bells[code] = db.NewBell()
	}
	return bells[code]
}

// runLetters brings the letters for one neighbour until ctx ends: at once when an act has written one, and less and less often
// while the neighbour does not answer.
func (s *Service) runLetters(ctx context.Context, code string) {
	failed := deliverAgain
	written := s.bellOf(s.written, code)
	var said told
	for {
		n, err := s.Deliver(ctx, code)
		if ctx.Err() != nil {
			return
		}
		said.tell(s.c.Logger, "bring letters", code, err)
		if n > 0 || err == nil {
			failed = deliverAgain
		}
		if err != nil { // what is written meanwhile would meet the same silence
			if !pause(ctx, failed) {
				return
			}
			failed = min(failed*2, backoffMax)
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-written:
		case <-time.After(deliverPoll):
		}
	}
}

// Deliver brings the letters that wait for a neighbour, in their order, until none is left or one gets no answer; it returns how
// many were answered.
func (s *Service) Deliver(ctx context.Context, code string) (n int, err error) {
	if s.c.Key == "" {
		return 0, nil
	}
	p, ok := s.peerOf(code)
	if !ok {
		return 0, nil
	}
	if _, err := s.FetchLetters(ctx, p); err != nil { // only a start after a restore makes a node that is behind
		return 0, err
	}
	for {
		if p, ok = s.peerOf(code); !ok {
			return n, nil
		}
		var row letterRow
		var key LetterKey
		err := s.c.DB.Read(ctx, func(tx *db.Tx) (err error) {
			if row, err = selectWaiting(ctx, tx, code); err != nil || row.e.N == 0 {
				return err
			}
			key, err = selectLetterKey(ctx, tx)
			return err
		})
		if err != nil || row.e.N == 0 {
			return n, err
		}
		a, answer, sig, err := s.bring(ctx, p, row, key)
		if err != nil {
			return n, s.keepProblem(ctx, row, err)
		}
		row.answerSig = sig
		if err := s.answered(ctx, row, a, answer); err != nil {
			return n, s.keepProblem(ctx, row, err)
		}
		n++
	}
}

// keepProblem writes down beside the letter why it has no answer yet.
func (s *Service) keepProblem(ctx context.Context, row letterRow, cause error) error {
	problem := fault.CodeOf(cause)
	if f := fault.Of(cause); f != nil {
		problem = f.Code + ": " + f.Sentence(fault.EN)
	}
	if err := s.c.DB.Act(ctx, func(tx *db.Tx) error { return updateAttempt(ctx, tx, row, clipTo(problem, 300)) }); err != nil && ctx.Err() == nil {
		return fmt.Errorf("%w; and that could not be written down: %w", cause, err)
	}
	return fmt.Errorf("letter %d: %w", row.e.N, cause)
}

// bring takes one letter to its neighbour and verifies the answer.
func (s *Service) bring(ctx context.Context, p Peer, row letterRow, key LetterKey) (a answerJSON, answer []byte, sig string, err error) {
	private, err := s.signingKey(key.Generation)
	if err != nil {
		return a, nil, "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL+lettersPath, bytes.NewReader(row.letter))
	if err != nil {
		return a, nil, "", err
	}
	r.Header.Set("Content-Type", "application/json")
	now := s.c.Now()
	if err := httpsig.Sign(httpsig.Request(r), row.letter, httpsig.Signature{Covers: letterCovers, Created: now, Expires: now.Add(letterAgeMax),
		KeyID: letterKeyID(s.c.Log.Origin(), key.Generation), Nonce: string(row.e.ID), Tag: letterTag}, private); err != nil {
		return a, nil, "", err
	}
	answer, res, err := s.send(p, r, LetterBytesMax)
	if err != nil {
		return a, nil, "", fault.New(fault.Unavailable, "federation.letter_no_answer", "name", p.Name).Because(err)
	}
	if res.StatusCode != http.StatusOK {
		return a, nil, "", refusedThere("federation.letter_turned", p, res.StatusCode, answer)
	}
	var keys []LetterKey
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error { keys, err = neighbourKeys(ctx, tx, p.Origin()); return err }); err != nil {
		return a, nil, "", err
	}
	if _, err := verifySigned(httpsig.Response(res), answer, keys, p.Origin(), answerTag, answerCovers, s.c.Now()); err != nil {
		return a, nil, "", err
	}
	if err := json.Unmarshal(answer, &a); err != nil || a.V != letterVersion || a.From != p.Code || a.To != s.c.Self || a.N != row.e.N ||
		a.Letter != row.digest || a.State != LetterDone && a.State != LetterRefused {
		return a, nil, "", fault.New(fault.Conflict, "federation.letter_answer", "name", p.Name).Because(err)
	}
	return a, answer, keptSig(res.Header), nil
}

// refusedThere is why the other node turned a letter or a question away, in its own words: they are not signed and only for people to
// read. code is that of the refusal here, which says what becomes of it.
func refusedThere(code string, p Peer, status int, body []byte) error {
	var said struct {
		Code   string `json:"code"`
		Detail string `json:"detail"`
		Title  string `json:"title"`
	}
	_ = json.Unmarshal(body, &said)
	why := clip(said.Code + " " + said.Detail)
	return fault.New(fault.Unavailable, code, "name", p.Name, "status", status, "why", why)
}

// answered writes an answer down, once, and tells who waits for it.
func (s *Service) answered(ctx context.Context, row letterRow, a answerJSON, answer []byte) error {
	s.mu.Lock()
	hear := s.hears[row.e.Kind]
	s.mu.Unlock()
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		n, err := updateAnswered(ctx, tx, row, a, answer)
		if err != nil || n == 0 || hear == nil {
			return err // no row: it was answered by another delivery
		}
		l, err := selectLetter(ctx, tx, row.e.ID)
		if err != nil {
			return err
		}
		return hear(ctx, tx, l)
	})
}

// verifySigned checks the signature of a letter or of an answer by the keys of a neighbour's letters.
func verifySigned(m httpsig.Message, body []byte, keys []LetterKey, origin, tag string, covers []string, now time.Time) (httpsig.Signature, error) {
	var why error
	sig, err := httpsig.Verify(m, body, httpsig.Policy{Tag: tag, Covers: covers, Now: now, AgeMax: letterAgeMax, Skew: letterSkew,
		Key: func(id string) (k ed25519.PublicKey, ok bool) {
			k, why = keyFor(keys, origin, id, unit.DayOf(now, unit.Beijing()))
			return k, why == nil
		}})
	if why != nil {
		return sig, why
	}
	return sig, err
}

// clipTo shortens a text that is kept.
func clipTo(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
