package federation

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
)

const fetchesMax = 4 // answers asked of one neighbour at once

// errStatus is an answer that is not what was asked for.
type errStatus struct {
	address string
	status  int
}

func (e errStatus) Error() string { return fmt.Sprintf("%s answered %d", e.address, e.status) }

// fetch gets what stands at a path of a neighbour, within a limit of bytes and of time.
func (s *Service) fetch(ctx context.Context, p Peer, path string, most int64) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL+path, nil)
	if err != nil {
		return nil, err
	}
	b, answer, err := s.send(p, r, most)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, errStatus{p.URL + path, answer.StatusCode}
	}
	return b, nil
}

// send sends a request to a neighbour and reads the whole answer. What was compressed counts as it is unpacked.
func (s *Service) send(p Peer, r *http.Request, most int64) ([]byte, *http.Response, error) {
	ctx, stop := context.WithTimeout(s.reaches(r.Context(), p), s.c.AnswerTime)
	defer stop()
	answer, err := s.c.Client.Do(r.WithContext(ctx))
	if err != nil {
		return nil, nil, err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(io.LimitReader(answer.Body, most+1))
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", r.URL, err)
	}
	if int64(len(b)) > most {
		return nil, nil, fault.New(fault.Invalid, "federation.too_large", "bytes", most)
	}
	return b, answer, nil
}

// tile fetches a tile or, with level -1, an entry bundle. A log may have dropped a partial one for the finished one that
// begins with it.
func (s *Service) tile(ctx context.Context, p Peer, level int, n int64, width int) ([]byte, error) {
	b, err := s.fetch(ctx, p, "/log/"+corridorlog.TilePath(level, n, width), answerBytesMax)
	if e, ok := err.(errStatus); ok && width < bundleLeaves && (e.status == http.StatusNotFound || e.status == http.StatusGone) {
		return s.fetch(ctx, p, "/log/"+corridorlog.TilePath(level, n, bundleLeaves), answerBytesMax)
	}
	return b, err
}

// remoteTiles reads a neighbour's hashes; corridorlog.Hashes checks them.
func (s *Service) remoteTiles(ctx context.Context, p Peer) corridorlog.LoadTile {
	return func(level int, n int64, width int) ([]byte, error) {
		b, err := s.tile(ctx, p, level, n, width)
		if err != nil {
			return nil, err
		}
		return b[:min(len(b), width*tlog.HashSize)], nil // too short is found out by who checks it
	}
}

// entries fetches the leaves [from, to) from the bundles that hold them, a few at once.
func (s *Service) entries(ctx context.Context, p Peer, from, to int64) ([][]byte, error) {
	if from == to {
		return nil, nil
	}
	first, last := from/bundleLeaves, (to-1)/bundleLeaves
	got := make([][][]byte, last-first+1)
	errs := make([]error, len(got))
	var all sync.WaitGroup
	turns := make(chan struct{}, fetchesMax)
	for i := range got {
		all.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			n := first + int64(i)
			got[i], errs[i] = s.bundle(ctx, p, n, int(min(to-n*bundleLeaves, bundleLeaves)))
		})
	}
	all.Wait()
	var out [][]byte
	for i := range got {
		if errs[i] != nil {
			return nil, errs[i]
		}
		out = append(out, got[i]...)
	}
	return out[from-first*bundleLeaves:], nil
}

func (s *Service) bundle(ctx context.Context, p Peer, n int64, width int) ([][]byte, error) {
	b, err := s.tile(ctx, p, -1, n, width)
	if err != nil {
		return nil, err
	}
	leaves, err := corridorlog.Bundle(b)
	if err != nil || len(leaves) < width {
		return nil, fault.New(fault.Invalid, badEntries, "name", p.Name)
	}
	return leaves[:width], nil
}
