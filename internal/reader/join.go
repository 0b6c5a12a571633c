package reader

import (
	"context"
	"fmt"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// suggestMax is how many organisations of the registry are offered for a name.
const suggestMax = 5

// Join leads all names of one subject to another of its kind: they are one thing. What was said stays where it stands;
// Split takes a name out again.
func (k *Desk) Join(ctx context.Context, who access.Actor, id, into unit.ID, reason string) error {
	reason, err := reasonOf(reason)
	if err != nil {
		return err
	}
	return k.c.DB.Act(ctx, func(tx *db.Tx) error {
		from, err := selectSubject(ctx, tx, id)
		if err != nil {
			return err
		}
		to, err := selectSubject(ctx, tx, into)
		if err != nil {
			return err
		}
		if from.ID == to.ID || from.Kind != to.Kind {
			return fault.New(fault.Invalid, "reader.join_other").On("into")
		}
		if from.Code != "" && to.Code != "" && from.Code != to.Code {
			return fault.New(fault.Conflict, "reader.join_codes", "one", from.Code, "other", to.Code).On("into")
		}
		if err := moveNames(ctx, tx, from.ID, "", to.ID, who.Name, reason); err != nil {
			return fmt.Errorf("join %s into %s: %w", id, into, err)
		}
		if err := recount(ctx, tx, from.ID, to.ID); err != nil {
			return err
		}
		if to.Code == "" && from.Code != "" {
			if err := updateSubjectCode(ctx, tx, to.ID, from.Code); err != nil {
				return err
			}
		}
		return k.subjectStep(ctx, tx, who, to.ID, SubjectStep{Act: "join", Key: from.Name, Other: from.ID, Reason: reason})
	})
}

// Split leads one name to a subject of its own: it is another thing. The last name of a subject stays with it.
func (k *Desk) Split(ctx context.Context, who access.Actor, id unit.ID, key, reason string) (own unit.ID, err error) {
	if reason, err = reasonOf(reason); err != nil {
		return "", err
	}
	err = k.c.DB.Act(ctx, func(tx *db.Tx) error {
		s, err := selectSubject(ctx, tx, id)
		if err != nil {
			return err
		}
		n, err := selectName(ctx, tx, id, key)
		if err != nil {
			return err
		}
		if names, err := selectNames(ctx, tx, id); err != nil {
			return err
		} else if len(names) < 2 {
			return fault.New(fault.Conflict, "reader.split_last").On("name")
		}
		own = unit.NewID(tx.Now())
		if err := insertSubject(ctx, tx, Subject{ID: own, Kind: s.Kind, Name: n.Name}); err != nil {
			return err
		}
		if err := moveNames(ctx, tx, id, key, own, who.Name, reason); err != nil {
			return fmt.Errorf("split %q from %s: %w", key, id, err)
		}
		if err := recount(ctx, tx, id, own); err != nil {
			return err
		}
		return k.subjectStep(ctx, tx, who, id, SubjectStep{Act: "split", Key: n.Name, Other: own, Reason: reason})
	})
	return own, err
}

// Link says which organisation of the registry a subject is; code "" takes that back.
func (k *Desk) Link(ctx context.Context, who access.Actor, id unit.ID, code string) error {
	code = strings.ToUpper(strings.TrimSpace(code))
	return k.c.DB.Act(ctx, func(tx *db.Tx) error {
		s, err := selectSubject(ctx, tx, id)
		if err != nil {
			return err
		}
		if s.Kind != OrganisationSubject || k.c.Registry == nil {
			return fault.New(fault.Invalid, "reader.link_kind").On("code")
		}
		step := SubjectStep{Act: "link", Key: code}
		if code == "" {
			step = SubjectStep{Act: "unlink", Key: s.Code}
		} else if _, err := k.c.Registry.Called(ctx, tx, code); err != nil {
			if fault.KindOf(err) == fault.NotFound || fault.KindOf(err) == fault.Invalid {
				return fault.New(fault.Invalid, "reader.link_unknown", "code", code).On("code")
			}
			return err
		}
		if s.Code == code {
			return nil
		}
		if err := updateSubjectCode(ctx, tx, id, code); err != nil {
			return fmt.Errorf("link %s to %s: %w", id, code, err)
		}
		return k.subjectStep(ctx, tx, who, id, step)
	})
}

// Suggest offers organisations of the registry for a name, the best first.
func (k *Desk) Suggest(ctx context.Context, name string) (all []Registered, err error) {
	if k.c.Registry == nil {
		return nil, nil
	}
	err = k.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = k.c.Registry.Like(ctx, tx, name)
		return err
	})
	return all[:min(len(all), suggestMax)], err
}

func (k *Desk) subjectStep(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID, s SubjectStep) error {
	s.By = who.Name
	if err := insertSubjectStep(ctx, tx, id, s); err != nil {
		return fmt.Errorf("step of subject %s: %w", id, err)
	}
	return k.c.Access.Record(ctx, tx, who, access.Entry{Act: "subject." + s.Act, Object: "subject/" + string(id), Detail: string(s.Other)})
}

func reasonOf(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	switch {
	case reason == "":
		return "", fault.New(fault.Invalid, "reader.why").On("reason")
	case len([]rune(reason)) > reasonMax:
		return "", fault.New(fault.Invalid, "reader.reason_long", "most", reasonMax).On("reason")
	}
	return reason, nil
}
