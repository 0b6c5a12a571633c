package casework

import (
	"context"
	"fmt"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// personRowsMax is how many cases and steps a person takes away.
const personRowsMax = 10_000

// Part is what a person did in a case.
type Part struct {
	Case   string `json:"case"` // its number
	Act    string `json:"act"`  // open, or the action
	At     string `json:"at"`
	Reason string `json:"reason,omitempty"`
}

// AboutPerson is what the cases hold about a person with an account: which they opened, and each step that they took. It
// is access.Keeper.
func (s *Service) AboutPerson(ctx context.Context, tx *db.Tx, person unit.ID) (map[string]any, error) {
	parts, err := selectParts(ctx, tx, person)
	if err != nil {
		return nil, fmt.Errorf("what person %s did in cases: %w", person, err)
	}
	return map[string]any{"parts": parts}, nil
}

// ErasePerson takes the name out of comments and of who took a case, and keeps the steps: who decided belongs to the decision, which others rely on.
func (s *Service) ErasePerson(ctx context.Context, tx *db.Tx, person unit.ID) ([]fault.Words, error) {
	if err := unname(ctx, tx, person); err != nil {
		return nil, fmt.Errorf("take the name of %s out of comments: %w", person, err)
	}
	parts, err := selectParts(ctx, tx, person)
	if err != nil || len(parts) == 0 {
		return nil, err
	}
	return []fault.Words{{fmt.Sprintf("在办件中的 %d 个步骤：谁作的决定是决定的一部分，办件当事人和审计要凭它核对。", len(parts)),
		fmt.Sprintf("%d steps in cases: who decided is part of the decision, which its parties and auditors check it by.", len(parts))}}, nil
}
