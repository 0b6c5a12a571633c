// Package catalogue keeps what is offered: listings of every kind, an instrument, a facility, a data product.
//
// A kind is a file (folder kinds): the room reads it, checks every field by it, and knows no kind by its name. A listing
// belongs to an organisation of the registry and has one permanent id. Its life is a table (state.go): entered, reviewed
// by its unit, published, suspended, moved or retired. Each act makes a version that says who, when and what, and
// leaves a row in the order of changes in the same transaction, so that what follows the catalogue misses nothing.
//
// Guarantees: one thing is listed once, by the owner's own number; a change that somebody else overtook is refused and
// loses nothing; what is not public is not found by who may not know of it; a published listing has every field that its
// kind needs. Refusals come in the order: may you, is it the version you saw, the state, the fields.
//
// It keeps no calendar and no booking (package booking), searches nothing (package find) and moves no money. States and
// numbers follow the practice of the national network platform (国家网络管理平台); each number stands with its basis in
// the file of the kind.
package catalogue
