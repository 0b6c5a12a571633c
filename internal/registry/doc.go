// Package registry says who exists and what was known of it on a day: organisations with their names, places and years,
// who owns and controls whom, what registers say of them, the labels they hold, who may act for them, the authorities
// that a node hosts, and the compacts that tie jurisdictions together.
//
// The registry is a list of dated statements: from a day on, by a source, entered at a time. A statement is never
// overwritten; a later one about the same thing and day takes its place and the earlier one stays. So a question can be
// asked of any past day, and, by AsKnown, as the registry stood at any past time. What nobody stated is unknown, and
// unknown is never taken for no. Personal data are the exception: they stand in one table only, are corrected in place,
// and are erased where nothing forbids it.
//
// Every change is part of an act and stands in the act journal. An officer changes what lies in the region of the
// grant; an organisation itself may only give its English name and file its own figures, which then say so.
//
// The package judges no case and does not say that a source is right: it says who vouches. Recognition between
// jurisdictions is federation's; which roles exist is access's. Files under data/ hold what is a rule and not a program:
// the kinds, the marks, which share ties two firms, what is kept of an erased person, the compacts, each with source.
//
// Sources: GB 32100-2015 for codes, GB/T 2260 for places, GB/T 4754-2017 for industries (package unit); State Taxation
// Administration announcement 2016 no. 42, article 2, for affiliation (data/ties.yaml); the Personal Information
// Protection Law, articles 45 to 47, for personal data (data/keep.yaml).
package registry
