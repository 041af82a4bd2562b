// Package session is one client's conversation, without the socket: the
// transaction block, prepared statements and portals, settings, cursors,
// LISTEN/NOTIFY, COPY, and the capture of lineage. wire feeds it decoded
// messages and takes results through Sink.
//
// Engine (engine.go) is what all sessions share: the store, the planner, the
// lineage recorder, the embedder. A Session belongs to one goroutine; only
// Cancel-like calls through its context and Sink.Wake cross goroutines.
//
// A statement's way: Simple or Parse/Bind/Execute → statement.go (what kind is
// it, is the block failed) → run.go (snapshot, plan, execute, rows to the sink)
// or control.go, settings_stmt.go, cursor.go, copy.go, explain.go for the
// statements that the session runs itself.
package session
