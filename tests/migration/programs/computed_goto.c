// An interpreter with computed gotos (a label for each instruction), one with a table of functions, and one with a
// switch: all three run the same programs and must agree.
#include "check.h"

enum { PUSH, ADD, MUL, DUP, SWAP, JNZ, DEC, POP, LOAD, STORE, CALL, RET, HALT };

static const int program[] = {
    PUSH,
    40,
    STORE,
    0,
    PUSH,
    1,
    STORE,
    1,
    /* 8: */ LOAD,
    0,
    LOAD,
    1,
    MUL,
    PUSH,
    7,
    ADD,
    CALL,
    29,
    STORE,
    1,
    LOAD,
    0,
    DEC,
    DUP,
    STORE,
    0,
    JNZ,
    8,
    LOAD,
    1,
    HALT,
    /* not reached */ HALT,
    HALT,
};
// A helper at a fixed place of its own: squares the top modulo 2^32 and adds three.
enum { HELPER = sizeof program / sizeof program[0] };
static int code[64];

static APART unsigned with_goto(const int* text, unsigned* turns) {
    static const void* const labels[] = {&&push, &&add,  &&mul,   &&dup,  &&swap, &&jnz, &&dec,
                                         &&pop,  &&load, &&store, &&call, &&ret,  &&halt};
    unsigned stack[16], variables[4] = {0}, *top = stack, t;
    const int *at = text, *returns[8];
    int level = 0;
#define NEXT                                                                                                           \
    do {                                                                                                               \
        ++*turns;                                                                                                      \
        goto* labels[*at++];                                                                                           \
    } while (0)
    NEXT;
push:
    *top++ = (unsigned)*at++;
    NEXT;
add:
    top--, top[-1] += top[0];
    NEXT;
mul:
    top--, top[-1] *= top[0];
    NEXT;
dup:
    *top = top[-1], top++;
    NEXT;
swap:
    t = top[-1], top[-1] = top[-2], top[-2] = t;
    NEXT;
jnz:
    at = *--top ? text + *at : at + 1;
    NEXT;
dec:
    top[-1]--;
    NEXT;
pop:
    top--;
    NEXT;
load:
    *top++ = variables[*at++];
    NEXT;
store:
    variables[*at++] = *--top;
    NEXT;
call:
    returns[level++] = at + 1, at = text + *at, work(level & 3);
    NEXT;
ret:
    at = returns[--level];
    NEXT;
halt:
    return top[-1];
#undef NEXT
}

static APART unsigned with_switch(const int* text, unsigned* turns) {
    unsigned stack[16], variables[4] = {0}, *top = stack, t;
    const int *at = text, *returns[8];
    int level = 0;
    for (;;) {
        ++*turns;
        switch (*at++) {
        case PUSH:
            *top++ = (unsigned)*at++;
            break;
        case ADD:
            top--, top[-1] += top[0];
            break;
        case MUL:
            top--, top[-1] *= top[0];
            break;
        case DUP:
            *top = top[-1], top++;
            break;
        case SWAP:
            t = top[-1], top[-1] = top[-2], top[-2] = t;
            break;
        case JNZ:
            at = *--top ? text + *at : at + 1;
            break;
        case DEC:
            top[-1]--;
            break;
        case POP:
            top--;
            break;
        case LOAD:
            *top++ = variables[*at++];
            break;
        case STORE:
            variables[*at++] = *--top;
            break;
        case CALL:
            returns[level++] = at + 1, at = text + *at;
            break;
        case RET:
            at = returns[--level];
            break;
        case HALT:
            return top[-1];
        }
    }
}

struct state {
    unsigned stack[16], variables[4], *top, *turns;
    const int *text, *at, *returns[8];
    int level, halted;
};
static void do_push(struct state* s) {
    *s->top++ = (unsigned)*s->at++;
}
static void do_add(struct state* s) {
    s->top--, s->top[-1] += s->top[0];
}
static void do_mul(struct state* s) {
    s->top--, s->top[-1] *= s->top[0];
}
static void do_dup(struct state* s) {
    *s->top = s->top[-1], s->top++;
}
static void do_swap(struct state* s) {
    unsigned t = s->top[-1];
    s->top[-1] = s->top[-2], s->top[-2] = t;
}
static void do_jnz(struct state* s) {
    s->at = *--s->top ? s->text + *s->at : s->at + 1;
}
static void do_dec(struct state* s) {
    s->top[-1]--;
}
static void do_pop(struct state* s) {
    s->top--;
}
static void do_load(struct state* s) {
    *s->top++ = s->variables[*s->at++];
}
static void do_store(struct state* s) {
    s->variables[*s->at++] = *--s->top;
}
static void do_call(struct state* s) {
    s->returns[s->level++] = s->at + 1, s->at = s->text + *s->at;
}
static void do_ret(struct state* s) {
    s->at = s->returns[--s->level];
}
static void do_halt(struct state* s) {
    s->halted = 1 + (int)(work(3) & 0);
}
static void (*const deeds[])(struct state*) = {do_push, do_add,  do_mul,   do_dup,  do_swap, do_jnz, do_dec,
                                               do_pop,  do_load, do_store, do_call, do_ret,  do_halt};

static APART unsigned with_table(const int* text, unsigned* turns) {
    struct state s = {.text = text, .at = text, .turns = turns};
    s.top = s.stack;
    while (!s.halted) {
        ++*s.turns;
        deeds[*s.at++](&s);
    }
    return s.top[-1];
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 10);
    memcpy(code, program, sizeof program);
    const int helper[] = {DUP, MUL, PUSH, 3, ADD, PUSH, 1, SWAP, POP, PUSH, 5, MUL, RET};
    memcpy(code + HELPER, helper, sizeof helper);
    for (int i = 0; i < HELPER; i++)
        if (code[i] == CALL) code[i + 1] = HELPER;
    for (int round = 0; round < rounds; round++) {
        code[1] = 20 + round;
        unsigned turns[3] = {0};
        unsigned a = with_goto(code, &turns[0]), b = with_switch(code, &turns[1]), c = with_table(code, &turns[2]);
        EXPECT(a == b && b == c && turns[0] == turns[1] && turns[1] == turns[2]);
        printf("%u after %u\n", a, turns[0]);
    }
    return finish();
}
