package hnsw

import "fmt"

// Check verifies the graph's structure: counts, levels, that links lead to nodes of their
// level and not to the node itself, and that a walk begins at a node of the highest level. It
// returns how many nodes cannot be reached from there. No Add may run beside it.
func (g *Graph) Check() (unreachable int, err error) {
	v := g.view(g.count.Load())
	if v.n == 0 {
		return 0, nil
	}
	top := g.top.Load()
	topNode, topLevel := uint32(top), int(top>>32)
	if topNode >= v.n || g.levelOf(topNode) != topLevel {
		return 0, fmt.Errorf("hnsw: top is node %d on level %d", topNode, topLevel)
	}
	for i := range v.n {
		if level := g.levelOf(i); level > topLevel {
			return 0, fmt.Errorf("hnsw: node %d is on level %d, above the top's %d", i, level, topLevel)
		}
		for level := 0; level <= g.levelOf(i); level++ {
			if err := g.checkLinks(&v, i, level); err != nil {
				return 0, err
			}
		}
	}
	return int(v.n) - g.reachable(&v, topNode), nil
}

func (g *Graph) checkLinks(v *view, i uint32, level int) error {
	words := v.links(i, level)
	if int(words[0]) >= len(words) {
		return fmt.Errorf("hnsw: node %d has %d links on level %d", i, words[0], level)
	}
	seen := map[uint32]bool{i: true}
	for _, id := range words[1 : 1+words[0]] {
		if id >= v.n || g.levelOf(id) < level || seen[id] {
			return fmt.Errorf("hnsw: node %d links to %d on level %d", i, id, level)
		}
		seen[id] = true
	}
	return nil
}

// reachable counts the nodes that the lowest layer leads to from start.
func (g *Graph) reachable(v *view, start uint32) int {
	var seen visited
	seen.reset(v.n)
	seen.add(start)
	queue := []uint32{start}
	for at := 0; at < len(queue); at++ {
		for _, id := range v.neighbours(queue[at], 0, nil) {
			if seen.add(id) {
				queue = append(queue, id)
			}
		}
	}
	return len(queue)
}
