package federation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/db"
	corridorlog "corridor/internal/log"
)

const (
	witnessPath    = "/log/witness/add-checkpoint"
	proofLinesMax  = 63 // C2SP tlog-witness
	cosignLinesMax = 16 << 10
)

// Answer is what a witness answers by C2SP tlog-witness: its statuses are not ours.
type Answer struct {
	Status int
	Type   string
	Body   []byte
}

func plain(status int, format string, args ...any) Answer {
	return Answer{status, "text/plain; charset=utf-8", fmt.Appendf(nil, format+"\n", args...)}
}

// AddCheckpoint answers C2SP tlog-witness add-checkpoint: it cosigns a neighbour's checkpoint that continues all that this
// node has signed and followed of its log. The new state is durable before the signature exists.
func (s *Service) AddCheckpoint(ctx context.Context, body []byte) (Answer, error) {
	if s.c.Witness == nil {
		return plain(http.StatusNotFound, "this node is no witness"), nil
	}
	old, proof, signed, err := parseAddCheckpoint(body)
	if err != nil {
		return plain(http.StatusBadRequest, "%v", err), nil
	}
	c, err := corridorlog.ParseCheckpoint(signed)
	if err != nil {
		return plain(http.StatusBadRequest, "this is no checkpoint"), nil
	}
	p, ok := s.Peer(c.Origin)
	if !ok {
		return plain(http.StatusNotFound, "the log is not a neighbour's"), nil
	}
	if c, err = corridorlog.OpenCheckpoint(signed, p.Key); err != nil {
		return plain(http.StatusForbidden, "the checkpoint is not signed by a key of the log"), nil
	}
	if old > c.Size {
		return plain(http.StatusBadRequest, "the old size is over the size of the checkpoint"), nil
	}
	leave, err := s.enter(p)
	if err != nil {
		return plain(http.StatusTooManyRequests, "too many at once"), s.turnedQuietly(p, err)
	}
	defer leave()
	// Signatures of others are not kept: what is evidence one day is the log's own.
	var answer Answer
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		answer, err = s.witness(ctx, tx, p, c, string(signed), old, proof)
		return err
	})
	if err != nil || answer.Status != http.StatusOK {
		return answer, err
	}
	answer.Body = []byte(s.c.Witness.Cosign(c.Text, s.c.Now()))
	return answer, nil
}

// witness decides in the act, and moves the state when the answer is yes.
func (s *Service) witness(ctx context.Context, tx *db.Tx, p Peer, c corridorlog.Checkpoint, signed string, old int64, proof tlog.TreeProof) (Answer, error) {
	row, err := selectWitness(ctx, tx, c.Origin)
	if err != nil {
		return Answer{}, err
	}
	peer, err := selectPeer(ctx, tx, p.Code)
	if err != nil {
		return Answer{}, err
	}
	if peer.problem == forked {
		return plain(http.StatusForbidden, "the log has forked; a person has to look"), nil
	}
	base, root, err := newestKnown(ctx, tx, row, peer, c)
	if errors.Is(err, errTwoTrees) {
		return plain(http.StatusConflict, "the log shows its followers another tree than was signed"), s.accuse(ctx, tx, p, peer, row.checkpoint, peer.target)
	}
	if err != nil {
		return Answer{}, err
	}
	if old != base {
		return Answer{http.StatusConflict, "text/x.tlog.size", fmt.Appendf(nil, "%d\n", base)}, nil
	}
	switch {
	case base == 0 && len(proof) > 0:
		return plain(http.StatusUnprocessableEntity, "there is nothing to be consistent with"), nil
	case base == 0:
	case base == c.Size && root != c.Root:
		return plain(http.StatusConflict, "another root was signed for this size"), s.accuse(ctx, tx, p, peer, row.checkpoint, signed)
	case base == c.Size && len(proof) > 0, base < c.Size && tlog.CheckTree(proof, c.Size, c.Root, base, root) != nil:
		return plain(http.StatusUnprocessableEntity, "the consistency proof does not verify"), nil
	}
	if c.Size > 0 && c.Size <= peer.size {
		root, err := tlog.TreeHash(c.Size, localTree(ctx, tx, c.Origin))
		if err != nil {
			return Answer{}, err
		}
		if root != c.Root {
			return plain(http.StatusConflict, "this is not the tree that the log shows to its followers"), s.accuse(ctx, tx, p, peer, peer.target, signed)
		}
	}
	row = witnessRow{c.Origin, c.Size, signed, db.Micros(tx.Now())}
	return Answer{Status: http.StatusOK, Type: "text/plain; charset=utf-8"}, putWitness(ctx, tx, row)
}

// errTwoTrees says that what was followed of a log does not continue what was signed of it.
var errTwoTrees = errors.New("the log shows two trees")

// newestKnown is the tree that a checkpoint of a size has to continue: what was signed last, or, where more than that was followed
// and the checkpoint goes on beyond it, what was followed. A log could otherwise have a second tree signed that leaves its followers'
// between the two.
func newestKnown(ctx context.Context, tx *db.Tx, row witnessRow, peer peerRow, c corridorlog.Checkpoint) (base int64, root tlog.Hash, err error) {
	if row.size > 0 {
		had, err := corridorlog.ParseCheckpoint([]byte(row.checkpoint))
		if err != nil {
			return 0, root, fmt.Errorf("the checkpoint that was signed last: %w", err)
		}
		root = had.Root
	}
	if peer.size <= row.size || c.Size <= peer.size {
		return row.size, root, nil
	}
	followed := localTree(ctx, tx, c.Origin)
	if row.size > 0 {
		same, err := tlog.TreeHash(row.size, followed)
		if err != nil {
			return 0, root, err
		}
		if same != root {
			return 0, root, errTwoTrees
		}
	}
	root, err = tlog.TreeHash(peer.size, followed)
	return peer.size, root, err
}

// accuse writes down that a log has forked.
func (s *Service) accuse(ctx context.Context, tx *db.Tx, p Peer, row peerRow, had, got string) error {
	row.code, row.origin, row.problem, row.problemAt = p.Code, p.Origin(), forked, db.Micros(tx.Now())
	if err := putPeer(ctx, tx, row); err != nil {
		return err
	}
	return insertEvidence(ctx, tx, p.Code, forked, had, got, "")
}

// parseAddCheckpoint reads the body of the request.
func parseAddCheckpoint(body []byte) (old int64, proof tlog.TreeProof, signed []byte, err error) {
	bad := func(what string) (int64, tlog.TreeProof, []byte, error) { return 0, nil, nil, fmt.Errorf("%s", what) }
	if len(body) > checkpointMax {
		return bad("the request is too large")
	}
	head, signed, ok := bytes.Cut(body, []byte("\n\n"))
	if !ok {
		return bad("the checkpoint is missing")
	}
	lines := strings.Split(string(head), "\n")
	text, ok := strings.CutPrefix(lines[0], "old ")
	old, err = strconv.ParseInt(text, 10, 64)
	if !ok || err != nil || old < 0 || strconv.FormatInt(old, 10) != text {
		return bad("the first line is not the old size")
	}
	if len(lines)-1 > proofLinesMax {
		return bad("the proof is too long")
	}
	for _, line := range lines[1:] {
		h, err := tlog.ParseHash(line)
		if err != nil {
			return bad("a line of the proof is no hash")
		}
		proof = append(proof, h)
	}
	return old, proof, signed, nil
}

// askWitness asks a neighbour to cosign our newest checkpoint, unless it has.
func (s *Service) askWitness(ctx context.Context, p Peer) error {
	if s.c.Log == nil || p.Witness == "" {
		return nil
	}
	signed, err := s.c.Log.Checkpoint(ctx)
	if err != nil {
		return err
	}
	c, err := corridorlog.OpenCheckpoint(signed, s.c.Log.PublicKey()+"\n"+p.Witness)
	if err != nil || len(c.Witnesses) > 0 || c.Size == 0 {
		return err
	}
	s.mu.Lock()
	old := s.asked[p.Code]
	s.mu.Unlock()
	for range 3 { // the neighbour may have to say what it signed last, and may follow ours meanwhile
		answer, err := s.postCheckpoint(ctx, p, min(old, c.Size), c.Size, signed)
		switch {
		case err != nil:
			return err
		case answer.Status == http.StatusOK:
			if err := s.c.Log.AddCosignature(ctx, corridorlog.Cosignature{Size: c.Size, Key: p.Witness, Line: lineOf(answer.Body, p.Witness)}); err != nil {
				return err
			}
			s.mu.Lock()
			s.asked[p.Code] = c.Size
			s.mu.Unlock()
			return nil
		case answer.Status == http.StatusConflict && answer.Type == "text/x.tlog.size":
			if old, err = strconv.ParseInt(strings.TrimSpace(string(answer.Body)), 10, 64); err != nil || old < 0 || old > c.Size {
				return fmt.Errorf("the witness of %s says it has signed size %q, ours is %d", p.Code, clip(string(answer.Body)), c.Size)
			}
		default:
			return fmt.Errorf("the witness of %s answered %d: %s", p.Code, answer.Status, clip(string(answer.Body)))
		}
	}
	return fmt.Errorf("the witness of %s contradicts itself", p.Code)
}

func (s *Service) postCheckpoint(ctx context.Context, p Peer, old, size int64, signed []byte) (Answer, error) {
	proof, err := s.c.Log.Consistency(ctx, old, size)
	if err != nil {
		return Answer{}, err
	}
	body := fmt.Appendf(nil, "old %d\n", old)
	for _, h := range proof {
		body = fmt.Appendf(body, "%s\n", h)
	}
	body = append(append(body, '\n'), signed...)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL+witnessPath, bytes.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	r.Header.Set("Content-Type", "text/plain; charset=utf-8")
	b, answer, err := s.send(p, r, cosignLinesMax)
	if err != nil {
		return Answer{}, err
	}
	return Answer{answer.StatusCode, answer.Header.Get("Content-Type"), b}, nil
}

// lineOf is the line of a witness among those that it answered.
func lineOf(body []byte, key string) string {
	name, _, _ := strings.Cut(key, "+")
	for line := range strings.Lines(string(body)) {
		if strings.HasPrefix(line, "— "+name+" ") {
			return line
		}
	}
	return ""
}
