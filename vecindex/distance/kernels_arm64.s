//go:build arm64

#include "textflag.h"

// NEON kernels: one query against four rows. Registers:
//
//	R0       query, R1-R4 rows, R5 elements left, R6 result
//	V16-V19  accumulators of the rows, V20-V23 second ones (two chains hide the latency)
//	V24-V27  sums of the last 0 to 7 elements
//
// The assembler has no names for some vector instructions; those are spelled as words.

#define FADD4S(D, N, M) WORD $(0x4E20D400 | (M)<<16 | (N)<<5 | (D))
#define FSUB4S(D, N, M) WORD $(0x4EA0D400 | (M)<<16 | (N)<<5 | (D))
#define FABD4S(D, N, M) WORD $(0x6EA0D400 | (M)<<16 | (N)<<5 | (D))
#define FADDP4S(D, N, M) WORD $(0x6E20D400 | (M)<<16 | (N)<<5 | (D))
#define ADDP4S(D, N, M) WORD $(0x4EA0BC00 | (M)<<16 | (N)<<5 | (D))
#define SDOT16B(D, N, M) WORD $(0x4E809400 | (M)<<16 | (N)<<5 | (D))

#define BEGIN \
	MOVD rows+8(FP), R7;  \
	MOVD q+0(FP), R0;     \
	MOVD n+16(FP), R5;    \
	MOVD out+24(FP), R6;  \
	LDP  (R7), (R1, R2);  \
	LDP  16(R7), (R3, R4); \
	VEOR V16.B16, V16.B16, V16.B16; \
	VEOR V17.B16, V17.B16, V17.B16; \
	VEOR V18.B16, V18.B16, V18.B16; \
	VEOR V19.B16, V19.B16, V19.B16; \
	VEOR V20.B16, V20.B16, V20.B16; \
	VEOR V21.B16, V21.B16, V21.B16; \
	VEOR V22.B16, V22.B16, V22.B16; \
	VEOR V23.B16, V23.B16, V23.B16

// Eight elements of every row; STEP adds one register of a row to one accumulator.
#define EIGHT(STEP) \
	VLD1.P 32(R0), [V0.S4, V1.S4];   \
	VLD1.P 32(R1), [V2.S4, V3.S4];   \
	VLD1.P 32(R2), [V4.S4, V5.S4];   \
	VLD1.P 32(R3), [V6.S4, V7.S4];   \
	VLD1.P 32(R4), [V8.S4, V9.S4];   \
	STEP(0, 2, 16); \
	STEP(1, 3, 20); \
	STEP(0, 4, 17); \
	STEP(1, 5, 21); \
	STEP(0, 6, 18); \
	STEP(1, 7, 22); \
	STEP(0, 8, 19); \
	STEP(1, 9, 23)

// FMLA D += N*M.
#define FMLA4S(D, N, M) WORD $(0x4E20CC00 | (M)<<16 | (N)<<5 | (D))

#define DOT(Q, R, ACC) \
	FMLA4S(ACC, Q, R)

#define SQUARE(Q, R, ACC) \
	FSUB4S(10, Q, R); \
	FMLA4S(ACC, 10, 10)

#define ABSOLUTE(Q, R, ACC) \
	FABD4S(10, Q, R); \
	FADD4S(ACC, ACC, 10)

// The last elements, one at a time; LAST adds to a scalar.
#define DOT1(ROW, ACC) \
	FMOVS.P 4(ROW), F1;    \
	FMADDS  F1, ACC, F0, ACC

#define SQUARE1(ROW, ACC) \
	FMOVS.P 4(ROW), F1;    \
	FSUBS   F1, F0, F1;    \
	FMADDS  F1, ACC, F1, ACC

#define ABSOLUTE1(ROW, ACC) \
	FMOVS.P 4(ROW), F1;    \
	FSUBS   F1, F0, F1;    \
	FABSS   F1, F1;        \
	FADDS   F1, ACC, ACC

#define FLOATS(STEP, LAST) \
	BEGIN;                             \
	VEOR V24.B16, V24.B16, V24.B16;    \
	VEOR V25.B16, V25.B16, V25.B16;    \
	VEOR V26.B16, V26.B16, V26.B16;    \
	VEOR V27.B16, V27.B16, V27.B16;    \
	SUBS $8, R5, R5;                   \
	BLT  tail;                         \
loop: \
	EIGHT(STEP);                       \
	SUBS $8, R5, R5;                   \
	BGE  loop;                         \
tail: \
	ADDS $8, R5, R5;                   \
	BEQ  join;                         \
one: \
	FMOVS.P 4(R0), F0;                 \
	LAST(R1, F24);                     \
	LAST(R2, F25);                     \
	LAST(R3, F26);                     \
	LAST(R4, F27);                     \
	SUBS $1, R5, R5;                   \
	BNE  one;                          \
join: \
	FADD4S(16, 16, 20);                \
	FADD4S(17, 17, 21);                \
	FADD4S(18, 18, 22);                \
	FADD4S(19, 19, 23);                \
	FADDP4S(16, 16, 17);               \
	FADDP4S(18, 18, 19);               \
	FADDP4S(16, 16, 18);               \
	VMOV V25.S[0], V24.S[1];           \
	VMOV V26.S[0], V24.S[2];           \
	VMOV V27.S[0], V24.S[3];           \
	FADD4S(16, 16, 24);                \
	VST1 [V16.S4], (R6);               \
	RET

// func dot4NEON(q *float32, rows *[4]*float32, n int, out *[4]float32)
TEXT ·dot4NEON(SB), NOSPLIT, $0-32
	FLOATS(DOT, DOT1)

// func l2Squared4NEON(q *float32, rows *[4]*float32, n int, out *[4]float32)
TEXT ·l2Squared4NEON(SB), NOSPLIT, $0-32
	FLOATS(SQUARE, SQUARE1)

// func l14NEON(q *float32, rows *[4]*float32, n int, out *[4]float32)
TEXT ·l14NEON(SB), NOSPLIT, $0-32
	FLOATS(ABSOLUTE, ABSOLUTE1)

#define CODES(Q, R, ACC) \
	SDOT16B(ACC, Q, R)

// func dotInt84NEON(q *int8, rows *[4]*int8, n int, out *[4]int32)
//
// Needs the dot product extension. n is a multiple of 32: EIGHT words of four codes.
TEXT ·dotInt84NEON(SB), NOSPLIT, $0-32
	BEGIN
	SUBS $32, R5, R5
	BLT  join

loop:
	EIGHT(CODES)
	SUBS $32, R5, R5
	BGE  loop

join:
	VADD V20.S4, V16.S4, V16.S4
	VADD V21.S4, V17.S4, V17.S4
	VADD V22.S4, V18.S4, V18.S4
	VADD V23.S4, V19.S4, V19.S4
	ADDP4S(16, 16, 17)
	ADDP4S(18, 18, 19)
	ADDP4S(16, 16, 18)
	VST1 [V16.S4], (R6)
	RET
