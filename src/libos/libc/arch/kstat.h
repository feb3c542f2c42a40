/* What the system call stores (asm-generic Linux); member for member the layout of bits/stat.h. */
struct kstat {
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
    long st_atime_sec, st_atime_nsec;
    long st_mtime_sec, st_mtime_nsec;
    long st_ctime_sec, st_ctime_nsec;
    unsigned __reserved3[2];
};
