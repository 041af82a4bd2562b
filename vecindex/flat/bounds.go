package flat

import (
	"math"

	"synapse/vecindex/distance"
	"synapse/vecindex/slab"
)

// Absolute slack for products that leave float32's normal range downwards.
const (
	tinyProduct = 1e-36 // dims · the smallest normal float32, rounded up
	tinyRoot    = 1e-18 // its square root
)

// bounder turns kernel results into bounds of the exact distance for one query.
type bounder struct {
	metric distance.Metric
	q      *slab.Query
	norm   float64 // ‖q‖
	err    float64 // ‖q−q̂‖
	scale  float64
	sumSq  float64 // ‖q̂‖²
	slack  float64 // relative error of the fp32 kernels
}

func newBounder(m distance.Metric, q *slab.Query) bounder {
	s := float64(q.Scale)
	return bounder{
		metric: m, q: q,
		norm: float64(q.Norm), err: float64(q.Err), scale: s,
		sumSq: s * s * float64(q.SumSq),
		slack: distance.Slack(len(q.Vec)),
	}
}

// undefined reports that the distance to x is NaN: a cosine with a vector of no direction.
func (b *bounder) undefined(x *slab.Code) bool {
	return b.metric == distance.Cosine &&
		((x.Norm == 0 && x.Err == 0) || (b.norm == 0 && b.err == 0))
}

// fromCodes bounds the distance to a vector described by x, from the product of the codes.
func (b *bounder) fromCodes(dot int32, x *slab.Code) (low, high float64) {
	xErr, xScale, xNorm := float64(x.Err), float64(x.Scale), float64(x.Norm)
	estimate := float64(dot) * b.scale * xScale
	switch b.metric {
	case distance.L2:
		// ‖q̂−x̂‖ by its parts, then the triangle inequality. The parts are exact integers
		// times scales, so only float64 rounding of the largest part remains.
		xSq := xScale * xScale * float64(x.SumSq)
		d := math.Sqrt(max(0, b.sumSq+xSq-2*estimate))
		spread := b.err + xErr + 1e-7*(b.norm+xNorm) + tinyRoot
		low, high = max(0, d-spread), d+spread
	case distance.InnerProduct:
		spread := b.productSpread(xErr, xNorm)
		low, high = -estimate-spread, -estimate+spread
	case distance.Cosine:
		size := b.norm * xNorm
		spread := b.productSpread(xErr, xNorm)/size + 1e-6
		low, high = 1-estimate/size-spread, 1-estimate/size+spread
	}
	return sound(low, high)
}

// beyond reports that fromCodes would give a lower bound above limit. It is the same
// inequality without division and root, for the many that fail it; a little is left over for
// rounding, and "no" is always a correct answer.
func (b *bounder) beyond(dot int32, x *slab.Code, limit float64) bool {
	xErr, xScale, xNorm := float64(x.Err), float64(x.Scale), float64(x.Norm)
	estimate := float64(dot) * b.scale * xScale
	switch b.metric {
	case distance.L2:
		reach := limit + b.err + xErr + 2e-7*(b.norm+xNorm) + 2*tinyRoot
		return b.sumSq+xScale*xScale*float64(x.SumSq)-2*estimate > reach*reach
	case distance.InnerProduct:
		return estimate+2e-6*b.norm*xNorm+b.productSpread(xErr, xNorm) < -limit
	case distance.Cosine:
		size := b.norm * xNorm
		return estimate+b.productSpread(xErr, xNorm) < (1-limit-3e-6)*size
	}
	return false
}

// productSpread bounds |q·x − q̂·x̂| = |q·(x−x̂) + (q−q̂)·x̂| by Cauchy and Schwarz.
func (b *bounder) productSpread(xErr, xNorm float64) float64 {
	return b.norm*xErr + b.err*(xNorm+xErr) + 1e-6*b.norm*xNorm + tinyProduct
}

// fromFloats bounds the distance from the fp32 kernel's sum (of products, squares or
// absolute differences, by metric).
func (b *bounder) fromFloats(sum float32, x *slab.Code) (low, high float64) {
	s := float64(sum)
	switch b.metric {
	case distance.L2:
		d := math.Sqrt(s)
		low, high = d*(1-b.slack)-tinyRoot, d*(1+b.slack)+tinyRoot
	case distance.L1:
		low, high = s*(1-b.slack)-tinyProduct, s*(1+b.slack)+tinyProduct
	case distance.InnerProduct:
		spread := b.slack*b.norm*float64(x.Norm) + tinyProduct
		low, high = -s-spread, -s+spread
	case distance.Cosine:
		similarity := s / (b.norm * float64(x.Norm))
		low, high = 1-similarity-b.slack, 1-similarity+b.slack
	}
	if math.IsInf(float64(x.Err), 1) || math.IsInf(b.err, 1) {
		return math.Inf(-1), math.Inf(1)
	}
	return sound(low, high)
}

// sound replaces bounds that NaN or overflow has spoiled by ones that hold always.
func sound(low, high float64) (float64, float64) {
	if !(low <= high) || math.IsInf(low, 0) || math.IsInf(high, 0) {
		return math.Inf(-1), math.Inf(1)
	}
	return low, high
}
