package registry

import (
	"context"
	"fmt"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	listCodesMax = 10_000 // codes of one list
	listsMax     = 200    // versions that are listed
)

// CodeList is a dated list of codes, as a rule asks by on_list: the whole list from a day on, by its source.
type CodeList struct {
	ID     unit.ID
	List   string // the name that schemes use
	Since  unit.Day
	Source string
	Codes  int
}

// ListedCode is an entry of a list, with what the list calls it.
type ListedCode struct {
	Code  string
	Words string
}

// PutList enters a version of a list, in the caller's act. A code stands in it once.
func (r *Registry) PutList(ctx context.Context, tx *db.Tx, who access.Actor, l CodeList, codes []ListedCode) (CodeList, error) {
	if err := r.mayKeep(who); err != nil {
		return l, err
	}
	switch {
	case l.List == "" || len(l.List) > codeMax || strings.ContainsAny(l.List, " \t\n\""):
		return l, fault.New(fault.Invalid, "registry.list_name").On("list")
	case !l.Since.Valid():
		return l, fault.New(fault.Invalid, "registry.list_day").On("since")
	case len(codes) == 0 || len(codes) > listCodesMax:
		return l, fault.New(fault.Invalid, "registry.list_codes", "most", listCodesMax).On("codes")
	}
	if err := checkText("source", l.Source, true); err != nil {
		return l, err
	}
	l.ID, l.Codes = unit.NewID(tx.Now()), len(codes)
	if err := insertList(ctx, tx, l, who.Person); err != nil {
		return l, fmt.Errorf("enter list %s: %w", l.List, err)
	}
	seen := map[string]bool{}
	for _, c := range codes {
		if c.Code == "" || len(c.Code) > codeMax || seen[c.Code] {
			return l, fault.New(fault.Invalid, "registry.list_code", "code", shorten(c.Code)).On("codes")
		}
		seen[c.Code] = true
		if err := insertListCode(ctx, tx, l.ID, ListedCode{c.Code, shorten(c.Words)}); err != nil {
			return l, fmt.Errorf("enter %s in list %s: %w", c.Code, l.List, err)
		}
	}
	return l, r.c.Access.Record(ctx, tx, who, access.Entry{Act: "registry.list", Object: "list/" + l.List, Detail: l.Since.String()})
}

// OnList says whether a code stood on a list on a day: exactly, not a class above it. known is false where the registry
// has no version of the list that was in force by then.
func (r *Registry) OnList(ctx context.Context, tx *db.Tx, code, list string, day unit.Day) (on, known bool, err error) {
	l, err := selectListOn(ctx, tx, list, day)
	if db.NoRows(err) {
		return false, false, nil
	}
	if err != nil {
		return false, false, fmt.Errorf("list %s: %w", list, err)
	}
	on, err = selectListed(ctx, tx, l.ID, code)
	return on, true, err
}

// Lists are the versions of all lists, by name, the newest first.
func (r *Registry) Lists(ctx context.Context, tx *db.Tx) ([]CodeList, error) {
	return selectLists(ctx, tx)
}

// ListCodes are the codes of one version, in their order.
func (r *Registry) ListCodes(ctx context.Context, tx *db.Tx, id unit.ID) (CodeList, []ListedCode, error) {
	l, err := selectList(ctx, tx, id)
	if db.NoRows(err) {
		return l, nil, fault.New(fault.NotFound, "registry.list_unknown")
	}
	if err != nil {
		return l, nil, err
	}
	all, err := selectListCodes(ctx, tx, id)
	return l, all, err
}
