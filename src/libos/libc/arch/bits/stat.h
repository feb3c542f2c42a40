/* struct stat of asm-generic Linux, 128 bytes: what SYS_newfstatat and SYS_fstat store. */
struct stat {
    dev_t st_dev;
    ino_t st_ino;
    mode_t st_mode;
    nlink_t st_nlink;
    uid_t st_uid;
    gid_t st_gid;
    dev_t st_rdev;
    unsigned long __reserved1;
    off_t st_size;
    blksize_t st_blksize;
    int __reserved2;
    blkcnt_t st_blocks;
    struct timespec st_atim;
    struct timespec st_mtim;
    struct timespec st_ctim;
    unsigned __reserved3[2];
};
