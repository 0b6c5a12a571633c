// Package fault names the few ways in which Corridor refuses.
//
// A refusal has three readers. The user reads a sentence in Chinese or English, found by the stable code.
// The program reads one of ten kinds, mapped to HTTP in one table. The operator reads the wrapped chain of
// errors, which says what was being done and to which record.
//
// The sentences stand in text/ROOM.yaml, one file for each room, as data: code: [zh, en]. A test of the
// whole tree keeps codes and sentences equal. The package knows no room and logs nothing.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind is one of the ten ways to refuse. Its text is stable and part of the API.
type Kind string

const (
	Invalid     Kind = "invalid"     // what was given is wrong; giving it again changes nothing
	SignIn      Kind = "sign_in"     // nobody is signed in, or the session has ended
	Denied      Kind = "denied"      // the actor is known and may not
	NotFound    Kind = "not_found"   // there is no such thing, or the actor may not know of it
	Conflict    Kind = "conflict"    // the state does not allow it, or somebody else was first
	Gone        Kind = "gone"        // it was here and has been withdrawn
	TooLarge    Kind = "too_large"   // over a stated limit
	TooMany     Kind = "too_many"    // too often; try later
	Unavailable Kind = "unavailable" // something needed cannot be reached now; try later
	Internal    Kind = "internal"    // our own mistake
)

// status is the one table from kinds to HTTP.
var status = map[Kind]int{
	Invalid: 422, SignIn: 401, Denied: 403, NotFound: 404, Conflict: 409, Gone: 410,
	TooLarge: 413, TooMany: 429, Unavailable: 503, Internal: 500,
}

// Status returns the HTTP status of a kind; an unknown kind is 500.
func (k Kind) Status() int {
	if s, ok := status[k]; ok {
		return s
	}
	return 500
}

// Error is a refusal. Field names the input at fault, if one is; Args fill the {names} of the sentence.
type Error struct {
	Kind  Kind
	Code  string // "room.what", stable
	Field string
	Args  []any // alternating name and value
	cause error
}

// New makes a refusal. args alternate names and values: New(Conflict, "ledger.over_hold", "left", fen).
func New(kind Kind, code string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Args: args}
}

// On returns a copy that names the field at fault.
func (e *Error) On(field string) *Error {
	c := *e
	c.Field = field
	return &c
}

// Because returns a copy that wraps the cause, for the operator.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

func (e *Error) Unwrap() error { return e.cause }

// Error is the operator's text: code, field, arguments and cause.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code)
	if e.Field != "" {
		fmt.Fprintf(&b, " on %s", e.Field)
	}
	for i := 0; i+1 < len(e.Args); i += 2 {
		fmt.Fprintf(&b, " %v=%v", e.Args[i], e.Args[i+1])
	}
	if e.cause != nil {
		fmt.Fprintf(&b, ": %v", e.cause)
	}
	return b.String()
}

// Is lets errors.Is compare refusals by code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// Of finds the refusal in a chain of errors. An error that is none is an Internal one.
func Of(err error) *Error {
	if err == nil {
		return nil
	}
	var f *Error
	if errors.As(err, &f) {
		return f
	}
	return &Error{Kind: Internal, Code: "fault.internal", cause: err}
}

// KindOf returns the kind of the refusal in a chain of errors, or "" for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	return Of(err).Kind
}

// CodeOf returns the code of the refusal in a chain of errors, or "" for nil.
func CodeOf(err error) string {
	if err == nil {
		return ""
	}
	return Of(err).Code
}

// Many are several refusals of one request, each naming its field: a form tells everything that is wrong at once.
type Many []*Error

func (m Many) Error() string {
	parts := make([]string, len(m))
	for i, e := range m {
		parts[i] = e.Error()
	}
	return strings.Join(parts, "; ")
}

func (m Many) Unwrap() []error {
	out := make([]error, len(m))
	for i, e := range m {
		out[i] = e
	}
	return out
}
