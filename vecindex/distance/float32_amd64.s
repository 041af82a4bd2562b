//go:build amd64

#include "textflag.h"

// AVX2+FMA kernels over float32. Registers in all of them:
//
//	SI       query (or the first vector), BX bytes done, CX elements left
//	R8-R11   rows, DI result
//	Y0-Y7    accumulators: two per row, so that two chains hide the latency
//	Y8, Y9   query elements; Y10-Y13 scratch; Y15 tail mask; Y14 sign mask (L1)
//
// The tail (1 to 7 elements) is loaded under a mask: what is masked reads as zero and is
// never touched, so a row may end at the end of a page.

// Eight words of ones, then eight of zeros: loading at word 8-n gives a mask of n elements.
DATA tailMask<>+0x00(SB)/8, $0xffffffffffffffff
DATA tailMask<>+0x08(SB)/8, $0xffffffffffffffff
DATA tailMask<>+0x10(SB)/8, $0xffffffffffffffff
DATA tailMask<>+0x18(SB)/8, $0xffffffffffffffff
DATA tailMask<>+0x20(SB)/8, $0
DATA tailMask<>+0x28(SB)/8, $0
DATA tailMask<>+0x30(SB)/8, $0
DATA tailMask<>+0x38(SB)/8, $0
GLOBL tailMask<>(SB), RODATA|NOPTR, $64

// One step per metric: elements of the query in Q, of a row at R, added to ACC.
#define DOT(R, Q, ACC, TMP) \
	VFMADD231PS R, Q, ACC

#define SQUARE(R, Q, ACC, TMP) \
	VSUBPS      R, Q, TMP;   \
	VFMADD231PS TMP, TMP, ACC

#define ABSOLUTE(R, Q, ACC, TMP) \
	VSUBPS R, Q, TMP;     \
	VANDPS Y14, TMP, TMP; \
	VADDPS TMP, ACC, ACC

// All ones shifted right by one: everything but the sign bit.
#define SIGNMASK \
	VPCMPEQD Y14, Y14, Y14; \
	VPSRLD   $1, Y14, Y14

#define MASKTAIL \
	LEAQ    tailMask<>(SB), DX; \
	SHLQ    $2, CX;             \
	NEGQ    CX;                 \
	VMOVUPS 32(DX)(CX*1), Y15

// Four rows against one query.
#define FOUR(STEP) \
	MOVQ   q+0(FP), SI;      \
	MOVQ   rows+8(FP), AX;   \
	MOVQ   n+16(FP), CX;     \
	MOVQ   out+24(FP), DI;   \
	MOVQ   (AX), R8;         \
	MOVQ   8(AX), R9;        \
	MOVQ   16(AX), R10;      \
	MOVQ   24(AX), R11;      \
	XORQ   BX, BX;           \
	VXORPS Y0, Y0, Y0;       \
	VXORPS Y1, Y1, Y1;       \
	VXORPS Y2, Y2, Y2;       \
	VXORPS Y3, Y3, Y3;       \
	VXORPS Y4, Y4, Y4;       \
	VXORPS Y5, Y5, Y5;       \
	VXORPS Y6, Y6, Y6;       \
	VXORPS Y7, Y7, Y7;       \
	SUBQ   $16, CX;          \
	JLT    eight;            \
loop: \
	VMOVUPS (SI)(BX*1), Y8;             \
	VMOVUPS 32(SI)(BX*1), Y9;           \
	STEP((R8)(BX*1), Y8, Y0, Y10);      \
	STEP((R9)(BX*1), Y8, Y1, Y11);      \
	STEP((R10)(BX*1), Y8, Y2, Y12);     \
	STEP((R11)(BX*1), Y8, Y3, Y13);     \
	STEP(32(R8)(BX*1), Y9, Y4, Y10);    \
	STEP(32(R9)(BX*1), Y9, Y5, Y11);    \
	STEP(32(R10)(BX*1), Y9, Y6, Y12);   \
	STEP(32(R11)(BX*1), Y9, Y7, Y13);   \
	ADDQ $64, BX;                       \
	SUBQ $16, CX;                       \
	JGE  loop;                          \
eight: \
	ADDQ    $8, CX;                     \
	JLT     tail;                       \
	VMOVUPS (SI)(BX*1), Y8;             \
	STEP((R8)(BX*1), Y8, Y0, Y10);      \
	STEP((R9)(BX*1), Y8, Y1, Y11);      \
	STEP((R10)(BX*1), Y8, Y2, Y12);     \
	STEP((R11)(BX*1), Y8, Y3, Y13);     \
	ADDQ    $32, BX;                    \
	SUBQ    $8, CX;                     \
tail: \
	ADDQ $8, CX;                        \
	JZ   join;                          \
	MASKTAIL;                           \
	VMASKMOVPS (SI)(BX*1), Y15, Y8;     \
	VMASKMOVPS (R8)(BX*1), Y15, Y9;     \
	STEP(Y9, Y8, Y0, Y10);              \
	VMASKMOVPS (R9)(BX*1), Y15, Y9;     \
	STEP(Y9, Y8, Y1, Y11);              \
	VMASKMOVPS (R10)(BX*1), Y15, Y9;    \
	STEP(Y9, Y8, Y2, Y12);              \
	VMASKMOVPS (R11)(BX*1), Y15, Y9;    \
	STEP(Y9, Y8, Y3, Y13);              \
join: \
	VADDPS  Y4, Y0, Y0;                 \
	VADDPS  Y5, Y1, Y1;                 \
	VADDPS  Y6, Y2, Y2;                 \
	VADDPS  Y7, Y3, Y3;                 \
	VHADDPS Y1, Y0, Y0;                 \
	VHADDPS Y3, Y2, Y2;                 \
	VHADDPS Y2, Y0, Y0;                 \
	VEXTRACTF128 $1, Y0, X1;            \
	VADDPS  X1, X0, X0;                 \
	VMOVUPS X0, (DI);                   \
	VZEROUPPER;                         \
	RET

// One vector against another, four chains.
#define ONE(STEP) \
	MOVQ   a+0(FP), SI;      \
	MOVQ   b+8(FP), R8;      \
	MOVQ   n+16(FP), CX;     \
	XORQ   BX, BX;           \
	VXORPS Y0, Y0, Y0;       \
	VXORPS Y1, Y1, Y1;       \
	VXORPS Y2, Y2, Y2;       \
	VXORPS Y3, Y3, Y3;       \
	SUBQ   $32, CX;          \
	JLT    eights;           \
loop: \
	VMOVUPS (SI)(BX*1), Y4;             \
	VMOVUPS 32(SI)(BX*1), Y5;           \
	VMOVUPS 64(SI)(BX*1), Y6;           \
	VMOVUPS 96(SI)(BX*1), Y7;           \
	STEP((R8)(BX*1), Y4, Y0, Y10);      \
	STEP(32(R8)(BX*1), Y5, Y1, Y11);    \
	STEP(64(R8)(BX*1), Y6, Y2, Y12);    \
	STEP(96(R8)(BX*1), Y7, Y3, Y13);    \
	ADDQ $128, BX;                      \
	SUBQ $32, CX;                       \
	JGE  loop;                          \
eights: \
	ADDQ    $24, CX;                    \
	JLT     tail;                       \
eight: \
	VMOVUPS (SI)(BX*1), Y4;             \
	STEP((R8)(BX*1), Y4, Y0, Y10);      \
	ADDQ    $32, BX;                    \
	SUBQ    $8, CX;                     \
	JGE     eight;                      \
tail: \
	ADDQ $8, CX;                        \
	JZ   join;                          \
	MASKTAIL;                           \
	VMASKMOVPS (SI)(BX*1), Y15, Y8;     \
	VMASKMOVPS (R8)(BX*1), Y15, Y9;     \
	STEP(Y9, Y8, Y1, Y10);              \
join: \
	VADDPS  Y1, Y0, Y0;                 \
	VADDPS  Y3, Y2, Y2;                 \
	VADDPS  Y2, Y0, Y0;                 \
	VEXTRACTF128 $1, Y0, X1;            \
	VADDPS  X1, X0, X0;                 \
	VHADDPS X0, X0, X0;                 \
	VHADDPS X0, X0, X0;                 \
	VMOVSS  X0, ret+24(FP);             \
	VZEROUPPER;                         \
	RET

// func dot4AVX2(q *float32, rows *[4]*float32, n int, out *[4]float32)
TEXT ·dot4AVX2(SB), NOSPLIT, $0-32
	FOUR(DOT)

// func l2Squared4AVX2(q *float32, rows *[4]*float32, n int, out *[4]float32)
TEXT ·l2Squared4AVX2(SB), NOSPLIT, $0-32
	FOUR(SQUARE)

// func l14AVX2(q *float32, rows *[4]*float32, n int, out *[4]float32)
TEXT ·l14AVX2(SB), NOSPLIT, $0-32
	SIGNMASK
	FOUR(ABSOLUTE)

// func dotAVX2(a, b *float32, n int) float32
TEXT ·dotAVX2(SB), NOSPLIT, $0-28
	ONE(DOT)

// func l2SquaredAVX2(a, b *float32, n int) float32
TEXT ·l2SquaredAVX2(SB), NOSPLIT, $0-28
	ONE(SQUARE)

// func l1AVX2(a, b *float32, n int) float32
TEXT ·l1AVX2(SB), NOSPLIT, $0-28
	SIGNMASK
	ONE(ABSOLUTE)
