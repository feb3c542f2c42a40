/* Programs are linked statically at fixed addresses: no dynamic linker, hence no relocation numbers. */
#define LDSO_ARCH "dyad"
#define TPOFF_K 0
