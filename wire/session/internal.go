package session

import (
	"context"
	"math/rand/v2"
	"time"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// newInternal makes a session of the engine's own: superuser, no client, no lineage.
func (e *Engine) newInternal() *Session {
	s := &Session{
		engine: e, sink: discard{}, db: "synapse", started: time.Now(),
		prepared: map[string]*prepared{}, portals: map[string]*portal{}, cursors: map[string]*cursor{}, currVal: map[types.OID]int64{},
		routines: map[routineKey]*routine{}, casts: map[[2]types.Type]plan.Expr{}, settings: newSettings(nil),
		random: rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())),
	}
	s.become(e.Store.Catalog().RoleByID(catalog.RoleSynapse))
	s.owner = e.Store.NewOwner(0)
	s.settings.values["synapse.lineage"] = "off"
	return s
}

// internal runs work in a transaction of its own and commits it.
func (s *Session) internal(ctx context.Context, work func(h *host) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			s.abortBlock()
			err = sqlerr.Internal("%v", r)
		}
	}()
	s.ensureTxn()
	view, err := s.beginCommand(ctx)
	if err == nil {
		err = work(&host{s: s, ctx: ctx, view: view})
		view.Close()
	}
	if err != nil {
		s.abortBlock()
		return err
	}
	return s.commitTxn(ctx)
}
