# what: leaves a link to the host's password file where its program is to be taken from
# expect: COMPILE_ERROR
BEGIN { unlink "/program/main.pl"; symlink "/etc/shadow", "/program/main.pl" or die }
