package registry

import (
	"context"
	"fmt"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Experts is what the registry holds of an account as that of an expert: in which pools it stands, and the ties that it
// declared. It is access.Keeper.
type Experts struct{ *Registry }

// AboutPerson is what is held of an account: pools and ties as they stand now.
func (x Experts) AboutPerson(ctx context.Context, tx *db.Tx, person unit.ID) (map[string]any, error) {
	type stands struct {
		Pool   string   `json:"pool"`
		Unit   string   `json:"unit"`
		Field  string   `json:"field,omitempty"`
		Since  unit.Day `json:"since"`
		Until  unit.Day `json:"until"`
		Source string   `json:"source"`
	}
	type tie struct {
		Org   string   `json:"org"`
		Kind  string   `json:"kind"`
		Since unit.Day `json:"since"`
		Until unit.Day `json:"until"`
		Note  string   `json:"note,omitempty"`
	}
	pools, ties := []stands{}, []tie{}
	entries, err := selectExpertsWho(ctx, tx, person)
	if err != nil {
		return nil, fmt.Errorf("pools of %s: %w", person, err)
	}
	for _, e := range entries {
		pools = append(pools, stands{e.Pool, e.Unit, e.Field, e.Since, e.Until, e.Source})
	}
	declared, err := selectTies(ctx, tx, person)
	if err != nil {
		return nil, fmt.Errorf("ties of %s: %w", person, err)
	}
	for _, t := range declared {
		ties = append(ties, tie{t.Org, t.Kind, t.Since, t.Until, t.Note})
	}
	return map[string]any{"pools": pools, "ties": ties}, nil
}

// ErasePerson deletes the ties that the account declared, with every former state of them: nobody is drawn any more whom they could
// keep out. That the account stood in a pool is kept, because past draws are checked by it.
func (x Experts) ErasePerson(ctx context.Context, tx *db.Tx, person unit.ID) ([]fault.Words, error) {
	if _, err := tx.Exec(ctx, sqlTiesErase, string(person)); err != nil {
		return nil, fmt.Errorf("ties of %s: %w", person, err)
	}
	entries, err := selectExpertsWho(ctx, tx, person)
	if err != nil || len(entries) == 0 {
		return nil, err
	}
	return []fault.Words{{"在专家库中的记录（不含姓名）：以往的抽取要凭它重算。",
		"That the account stood in pools of experts, without a name: past draws are checked by it."}}, nil
}
