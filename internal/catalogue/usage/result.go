package usage

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/unit"
)

// Result is a file that came of samples: results, or a report that others rely on.
type Result struct {
	ID     unit.ID
	Kind   string // result or report
	Digest files.Digest
	Name   string
	Until  time.Time // may be taken until then
	At     time.Time
	Taken  []Taking // who took it, the newest first
}

// Taking is that somebody took a result.
type Taking struct {
	Result unit.ID
	Org    string // for which organisation
	Person unit.ID
	At     time.Time
}

// Deliver gives the user a file of results or a report; it may be taken for the days of rules.yaml.
func (s *Service) Deliver(ctx context.Context, who access.Actor, id unit.ID, kind, name string, file io.Reader) (r Result, err error) {
	if s.c.Files == nil {
		return r, fault.New(fault.Unavailable, "usage.no_files")
	}
	if kind != "result" && kind != "report" {
		return r, fault.New(fault.Invalid, "usage.result_kind").On("kind")
	}
	if name, err = line("file", strings.TrimSpace(name), true); err != nil {
		return r, err
	}
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error { _, err := s.lab(ctx, tx, who, id); return err }); err != nil {
		return r, err
	}
	put, err := s.c.Files.Put(ctx, name, file)
	if err != nil {
		return r, err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		x, err := s.lab(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if x.State == Declared || x.State == Refused {
			return fault.New(fault.Conflict, "usage.sample_state", "state", x.State.Words())
		}
		r = Result{ID: unit.NewID(tx.Now()), Kind: kind, Digest: put.Digest, Name: name, Until: tx.Now().AddDate(0, 0, int(s.rules.ResultDays.Value)), At: tx.Now()}
		if err := insertResult(ctx, tx, id, r, who.Person); err != nil {
			return err
		}
		if err := s.tellSamples(ctx, tx, who, x, x.Title, false, "delivered"); err != nil {
			return err
		}
		return s.record(ctx, tx, who, "deliver", "samples/"+string(id), kind+" "+string(r.Digest))
	})
	return r, err
}

func (s *Service) lab(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (Samples, error) {
	x, lab, err := s.samples(ctx, tx, who, id)
	if err == nil && !lab {
		err = mayManage(who, x.Owner)
	}
	return x, err
}

// TakeResult is a result with its content for who may have it, while it may be taken. Who took it, and when, is kept, and both
// sides see it.
func (s *Service) TakeResult(ctx context.Context, who access.Actor, samples, result unit.ID) (r Result, content []byte, err error) {
	if s.c.Files == nil {
		return r, nil, fault.New(fault.Unavailable, "usage.no_files")
	}
	find := func(tx *db.Tx) (org string, err error) {
		x, lab, err := s.samples(ctx, tx, who, samples)
		if err != nil {
			return "", err
		}
		i := slices.IndexFunc(x.Results, func(r Result) bool { return r.ID == result })
		if i < 0 {
			return "", fault.New(fault.NotFound, "usage.unknown")
		}
		if r = x.Results[i]; !tx.Now().Before(r.Until) {
			return "", fault.New(fault.Gone, "usage.result_over", "until", s.local(r.Until))
		}
		if lab {
			return x.Owner, nil
		}
		return x.Org, nil
	}
	if err = s.c.DB.Read(ctx, func(tx *db.Tx) error { _, err := find(tx); return err }); err != nil {
		return r, nil, err
	}
	if _, content, err = s.c.Files.Get(ctx, r.Digest); err != nil {
		return r, nil, err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		org, err := find(tx)
		if err != nil {
			return err
		}
		if err := insertTaken(ctx, tx, Taking{result, org, who.Person, tx.Now()}); err != nil {
			return err
		}
		return s.record(ctx, tx, who, "take", "samples/"+string(samples), string(r.Digest))
	})
	if err != nil {
		return r, nil, err
	}
	return r, content, nil
}
