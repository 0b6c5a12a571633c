package web

import (
	"strconv"

	"corridor/internal/fault"
)

// heldCheckpoint is a neighbour's newest checkpoint whose leaves are all here: for a neighbour that was restored from a backup.
func (v *visit) heldCheckpoint() error {
	b, err := v.s.c.Federation.Held(v.ctx(), v.r.PathValue("code"))
	if err != nil {
		return err
	}
	return v.plain(b, false)
}

// heldEntries are leaves of a neighbour's log from one on, at most a bundle.
func (v *visit) heldEntries() error {
	from, err := strconv.ParseInt(v.r.PathValue("from"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "web.no_page")
	}
	b, err := v.s.c.Federation.HeldEntries(v.ctx(), v.r.PathValue("code"), from)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/octet-stream")
	return v.plain(b, false)
}
