package federation

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation/httpsig"
	"corridor/internal/files"
	"corridor/internal/unit"
)

const (
	filesPath      = "/letters/file"
	fileTag        = "corridor-file"
	fileAskMax     = 4 << 10 // bytes of a request
	fileAsksHour   = 300     // that are answered to one neighbour
	fileAsksWindow = time.Hour
)

// FileRequest asks a neighbour for a file of a case whose bytes are kept there, for a person who wants to see it now. It is signed
// with the key of letters and is no letter: nothing is written down by it but that it was asked, and a repeated one is answered again.
type FileRequest struct {
	From   string       `json:"from"`
	To     string       `json:"to"`
	ID     unit.ID      `json:"id"`
	Case   unit.ID      `json:"case"`          // in its home
	Org    string       `json:"org,omitempty"` // for which a party abroad asks home; "" where home asks
	Digest files.Digest `json:"digest"`
	By     Voucher      `json:"by"`
}

// FetchFile asks for a file. What comes is the caller's to compare with the digest.
func (s *Service) FetchFile(ctx context.Context, q FileRequest) ([]byte, error) {
	if s.c.Key == "" {
		return nil, fault.New(fault.Unavailable, "federation.letters_closed")
	}
	p, ok := s.peerOf(q.To)
	if !ok {
		return nil, fault.New(fault.NotFound, "federation.letter_nobody", "code", clip(q.To))
	}
	q.From, q.ID = s.c.Self, unit.NewID(s.c.Now())
	return s.askSigned(ctx, p, filesPath, fileTag, q.ID, q, files.BytesMax)
}

// askSigned asks a neighbour by a request that is signed with the key of letters and is no letter.
func (s *Service) askSigned(ctx context.Context, p Peer, path, tag string, id unit.ID, what any, most int64) ([]byte, error) {
	b, err := json.Marshal(what)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL+path, bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	key, err := s.OwnLetterKey(ctx)
	if err != nil {
		return nil, err
	}
	private, err := s.signingKey(key.Generation)
	if err != nil {
		return nil, err
	}
	now := s.c.Now()
	if err := httpsig.Sign(httpsig.Request(r), b, httpsig.Signature{Covers: letterCovers, Created: now, Expires: now.Add(letterAgeMax),
		KeyID: letterKeyID(s.c.Log.Origin(), key.Generation), Nonce: string(id), Tag: tag}, private); err != nil {
		return nil, err
	}
	content, answer, err := s.send(p, r, most)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "federation.ask_unanswered", "name", p.Name).Because(err)
	}
	if answer.StatusCode != http.StatusOK {
		return nil, refusedThere("federation.ask_turned", p, answer.StatusCode, content)
	}
	return content, nil
}

// TakeFileRequest says what a neighbour asks for. The refusals, first that fails: form, for another node, of nobody that is known,
// signature, too often within an hour.
func (s *Service) TakeFileRequest(ctx context.Context, r *http.Request, body []byte) (q FileRequest, err error) {
	if s.c.Key == "" {
		return q, fault.New(fault.Unavailable, "federation.letters_closed")
	}
	if len(body) > fileAskMax || json.Unmarshal(body, &q) != nil || q.Case == "" || q.Digest == "" || q.ID == "" {
		return q, fault.New(fault.Invalid, "federation.letter_form", "what", "file")
	}
	p, err := s.askedSigned(ctx, r, body, fileTag, q.From, q.To, q.ID)
	if err != nil {
		return q, err
	}
	if !s.fileAskFits(q.From) {
		return q, s.turn(p, fault.New(fault.TooMany, "federation.files_often", "most", fileAsksHour))
	}
	return q, nil
}

// askedSigned says which neighbour asks by a signed request that is no letter. The refusals, first that fails: for another node, of
// nobody that is known, signature.
func (s *Service) askedSigned(ctx context.Context, r *http.Request, body []byte, tag, from, to string, id unit.ID) (p Peer, err error) {
	if to != s.c.Self {
		return p, fault.New(fault.Denied, "federation.letter_for_other", "to", clip(to), "here", s.c.Self)
	}
	p, ok := s.peerOf(from)
	if !ok {
		return p, fault.New(fault.Denied, "federation.letter_from_nobody", "from", clip(from))
	}
	var keys []LetterKey
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) (err error) { keys, err = neighbourKeys(ctx, tx, p.Origin()); return err }); err != nil {
		return p, err
	}
	sig, err := verifySigned(httpsig.Request(r), body, keys, p.Origin(), tag, letterCovers, s.c.Now())
	if err == nil && sig.Nonce != string(id) {
		err = fault.New(fault.Denied, "federation.letter_nonce")
	}
	if err != nil {
		return p, s.turn(p, err)
	}
	return p, nil
}

// fileAskFits counts what a neighbour asked for within the hour; a restart begins anew.
func (s *Service) fileAskFits(code string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	since := s.c.Now().Add(-fileAsksWindow)
	var kept []time.Time
	for _, at := range s.fileAsks[code] {
		if at.After(since) {
			kept = append(kept, at)
		}
	}
	fits := len(kept) < fileAsksHour
	if fits {
		kept = append(kept, s.c.Now())
	}
	s.fileAsks[code] = kept
	return fits
}
